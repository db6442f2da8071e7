import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { rawUpstream } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';
import { CutOff, readStrictly } from './strict-reader.ts';

const chat = '/v1/chat/completions';
const forged = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 6\r\n\r\nforged';

/** A gateway with one channel that answers every request with these bytes. */
async function start(answerOf: () => string) {
  const upstream = await rawUpstream(() => answerOf());
  const channels = { relay: { origin: upstream.origin, models: { m: {} } } };
  return gatewayForTest({ channels, options: { idleTimeoutMs: 300 } });
}

/**
 * Sends a request and then one for an unknown path on the same connection, and returns both answers as a
 * strict reader sees them; the second is null if the connection ended with the first.
 */
async function askTwice(port: number, more: object = {}) {
  const client = await rawConnection(port);
  client.send(rawPost(chat, clientKey, chatTo('relay/m', more)));
  client.send(rawPost('/v1/nothing', clientKey, {}));
  const isOver = () => client.hasEnded() || client.received().includes('unknown_url');
  await expect.poll(isOver, { interval: 2 }).toBe(true);
  client.socket.destroy();
  const first = readStrictly(client.received(), client.hasEnded());
  return { first, second: first.rest === '' ? null : readStrictly(first.rest, false) };
}

test('an answer with a length and chunks never reaches the client, so nothing after it is taken for an answer', async () => {
  const chunk = `${forged.length.toString(16)}\r\n${forged}\r\n0\r\n\r\n`;
  const framings = [
    'content-length: 2\r\ntransfer-encoding: chunked',
    'transfer-encoding: chunked\r\ncontent-length: 2',
  ];
  for (const framing of framings) {
    for (const type of ['application/json', 'text/event-stream']) {
      const head = `HTTP/1.1 200 OK\r\ncontent-type: ${type}\r\n${framing}\r\n\r\n`;
      const { port } = await start(() => head + chunk);
      const { first, second } = await askTwice(port, { stream: true });
      expect([first.status, first.body]).toEqual([502, expect.stringContaining('not valid HTTP')]);
      expect([second?.status, second?.rest]).toEqual([404, '']);
    }
  }
});

test('if a body is broken from its first chunk on, the next channel answers', async () => {
  const head = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked';
  const bad = await rawUpstream(() => `${head}\r\n\r\nno chunk\r\n`);
  const size = goodBody.length.toString(16);
  const good = await rawUpstream(() => `${head}\r\n\r\n${size}\r\n${goodBody}\r\n0\r\n\r\n`);
  const channels = {
    bad: { origin: bad.origin, models: { m: {} } },
    good: { origin: good.origin, models: { m: {} } },
  };
  const gateway = await gatewayForTest({ channels });
  const answer = await call(gateway.origin, chat, { body: chatTo('m') });
  const attempts = answer.headers['x-proxy-attempts'];
  expect([answer.status, answer.text, attempts]).toEqual([200, goodBody, '2']);
  gateway.clock.aheadS += 2;
  const pinned = await call(gateway.origin, chat, { body: chatTo('bad/m') });
  expect([pinned.status, pinned.json.error.code]).toEqual([502, 'upstream_unreachable']);
});

test.each([
  ['a connection header', 'connection: content-length, transfer-encoding, keep-alive'],
  ['a keep-alive header', 'keep-alive: timeout=1000'],
  ['an upgrade', 'upgrade: h2c\r\nconnection: upgrade'],
  ['trailers', 'trailer: content-length'],
  ['a proxy connection', 'proxy-connection: keep-alive'],
  ['a te header', 'te: trailers'],
])('%s of the channel stays between it and the gateway', async (_name, line) => {
  const { port } = await start(
    () =>
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${line}\r\ncontent-length: 2\r\n\r\n{}`,
  );
  const { first, second } = await askTwice(port);
  expect([first.status, first.body, second?.status]).toEqual([200, '{}', 404]);
  for (const name of ['upgrade', 'trailer', 'te', 'proxy-connection'])
    expect(first.headers.has(name), name).toBe(false);
  expect(first.headers.get('keep-alive')).not.toContain('1000');
});

/** A generator that gives the same numbers for the same seed (mulberry32). */
function seeded(seed: number) {
  let state = seed;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (n: number) => Math.floor(next() * n) };
}

type Random = ReturnType<typeof seeded>;
const pick = <T>(random: Random, list: readonly [T, ...T[]]): T =>
  list[random.below(list.length)] ?? list[0];

const body = '{"a":1}';
const statuses = [
  '200 OK',
  '200',
  '201 Created',
  '204 No Content',
  '205 Reset',
  '206 X',
  '299 \xff',
  '304 N',
  '400 B',
  '500 E',
] as const;
const framings = [
  '',
  'content-length: 7',
  'content-length: 0',
  'content-length: 3',
  'content-length: 900',
  'content-length: 7, 7',
  'content-length: +7',
  'content-length: 0x7',
  'content-length:\t7 ',
  'content-length: 7\r\ncontent-length: 7',
  'content-length: 7\r\ncontent-length: 8',
  'Content-Length: 2\r\nTransfer-Encoding: chunked',
  'transfer-encoding: chunked',
  'transfer-encoding: Chunked',
  'transfer-encoding: chunked\r\ntransfer-encoding: chunked',
  'transfer-encoding: gzip, chunked',
  'transfer-encoding: identity',
  'transfer-encoding: \x0bchunked',
  'transfer-encoding : chunked',
  'transfer-encoding:\r\n chunked',
  'transfer-encoding: chunked;q=1',
  'transfer-encoding: xchunked',
] as const;
const extras = [
  '',
  'connection: close',
  'connection: content-length',
  'keep-alive: timeout=5',
  'trailer: x',
  'upgrade: websocket',
  'x-a: b\rc',
  'x-a: b\nc: d',
  'x\x00: y',
  'location: https://evil.example/',
  'content-encoding: gzip',
  'content-encoding: gzip, gzip, gzip',
  'content-type: text/event-stream',
  'content-type: text/html',
  'http/1.1 200 OK',
  ': x',
] as const;
const bodies = [
  '',
  body,
  `7\r\n${body}\r\n0\r\n\r\n`,
  `7\r\n${body}\r\n0\r\nx: y\r\n\r\n`,
  `7;a=b\r\n${body}\r\n0\r\n\r\n`,
  `7\r\n${body}\r\n`,
  `7\n${body}\n0\n\n`,
  `-7\r\n${body}\r\n0\r\n\r\n`,
  `fffffffffffffffff\r\n${body}`,
  `7\r\n${body}XX0\r\n\r\n`,
  `0\r\n\r\n${forged}`,
  `${body}${forged}`,
  `7\r\n${body}\r\n0\r\n\r\n${forged}`,
  `${forged.length.toString(16)}\r\n${forged}\r\n0\r\n\r\n`,
  'data: {"choices":[{"delta":{}}]}\n\ndata: [DONE]\n\n',
  forged,
] as const;

function hostileAnswer(random: Random): string {
  const version = pick(random, [
    'HTTP/1.1',
    'HTTP/1.1',
    'HTTP/1.1',
    'HTTP/1.0',
    'HTTP/1.2',
    'http/1.1',
  ]);
  const interim = pick(random, [
    '',
    '',
    '',
    'HTTP/1.1 100 Continue\r\n\r\n',
    'HTTP/1.1 103 X\r\ncontent-length: 5\r\n\r\n',
  ]);
  // One in four is framed correctly, so that its other parts are read.
  const isWell = random.below(4) === 0;
  const framing = isWell ? 'content-length: 7' : pick(random, framings);
  const second = isWell ? '' : pick(random, extras);
  const lines = [framing, pick(random, extras), second].filter(Boolean);
  const head = [isWell ? 'HTTP/1.1 200 OK' : `${version} ${pick(random, statuses)}`, ...lines].join(
    '\r\n',
  );
  return `${interim}${head}\r\n\r\n${isWell ? body : pick(random, bodies)}`;
}

test('whatever a channel sends, the client gets exactly one response, and then the next one', async () => {
  let answer = '';
  const upstream = await rawUpstream(() => Buffer.from(answer, 'latin1'), { endsAfterMs: 5 });
  // Only clients try a model that no probe may ask, so it is asked again however often it has failed.
  const fields = { dont_probe: ['m'] };
  const channels = {
    relay: { origin: upstream.origin, models: { m: { isSkipped: true } }, fields },
  };
  const { port, clock } = await gatewayForTest({ channels, options: { idleTimeoutMs: 300 } });
  const random = seeded(20_261_127);
  let served = 0;
  for (let round = 0; round < 600; round += 1) {
    answer = hostileAnswer(random);
    // So that the model, which rests after the last answer, lets this request through.
    clock.aheadS += 3600;
    const shown = JSON.stringify(answer);
    const asked = await askTwice(port, { stream: random.below(2) === 1 }).catch((error) => {
      // An answer that breaks off ends the connection, so nobody takes it for a complete one.
      if (error instanceof CutOff) return null;
      throw new Error(`${shown}: ${error.message}`);
    });
    if (!asked) continue;
    const { first, second } = asked;
    expect(first.status < 300 || first.status >= 400, shown).toBe(true);
    expect(first.headers.has('location'), shown).toBe(false);
    if (first.status < 300) served += 1;
    if (second) expect([second.status, second.rest], shown).toEqual([404, '']);
  }
  // The readable ones pass.
  expect(served).toBeGreaterThan(50);
}, 60_000);
