import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

const chat = '/v1/chat/completions';

async function gatewayTo(headers: Record<string, string | string[]>, body: Buffer) {
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body);
  });
  return gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
}

test.each(['gzip', 'br', 'deflate', 'deflate_raw', 'zstd'] as const)(
  'a %s answer that the gateway didn’t ask for is decompressed for the client',
  async (how) => {
    const provider = await providerForTest({ m: how, p: 'good' });
    const models = { m: {}, p: {} };
    const gateway = await gatewayForTest({
      channels: { relay: { origin: provider.origin, models } },
    });
    const ask = (model: string, stream: boolean) =>
      call(gateway.origin, chat, { body: chatTo(`relay/${model}`, { stream }) });
    for (const stream of [false, true]) {
      const answer = await ask('m', stream);
      const plain = await ask('p', stream);
      expect(answer.status).toBe(200);
      expect(answer.headers).not.toHaveProperty('content-encoding');
      expect(answer.headers['content-type']).toBe(plain.headers['content-type']);
      expect(answer.text).toHaveLength(plain.text.length);
    }
  },
);

test('two codings are decoded; words that aren’t codings are ignored', async () => {
  const twice = await gatewayTo(
    { 'content-encoding': 'gzip, br' },
    brotliCompressSync(gzipSync('{"a":1}')),
  );
  expect((await call(twice.origin, chat, { body: chatTo('relay/m') })).json).toEqual({ a: 1 });
  const apart = await gatewayTo(
    { 'content-encoding': ['zstd', 'deflate'] },
    deflateSync(zstdCompressSync('{"a":2}')),
  );
  expect((await call(apart.origin, chat, { body: chatTo('relay/m') })).json).toEqual({ a: 2 });
  const none = await gatewayTo({ 'content-encoding': 'utf-8, identity' }, Buffer.from('{"a":3}'));
  expect((await call(none.origin, chat, { body: chatTo('relay/m') })).json).toEqual({ a: 3 });
});

test('more than two codings are refused at once, three as well as thousands', async () => {
  for (const count of [3, 5_001]) {
    const codings = Array(count).fill('gzip').join(',');
    const gateway = await gatewayTo(
      { 'content-encoding': codings.slice(0, 25_000) },
      gzipSync('{}'),
    );
    const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
    expect([answer.status, answer.json?.error.message]).toEqual([
      502,
      expect.stringContaining('compression is broken'),
    ]);
  }
});

test('the kind of deflate within gzip is found by its own first byte', async () => {
  const body = gzipSync(deflateSync('{"a":4}'));
  const gateway = await gatewayTo({ 'content-encoding': 'deflate, gzip' }, body);
  expect((await call(gateway.origin, chat, { body: chatTo('relay/m') })).json).toEqual({ a: 4 });
});

test.each([
  ['gzip', gzipSync('{"a":1}')],
  ['br', brotliCompressSync('{"a":1}')],
  ['deflate', deflateSync('{"a":1}')],
  ['zstd', zstdCompressSync('{"a":1}')],
] as const)('what a channel sends after the end of %s isn’t read forever', async (coding, body) => {
  const upstream = { isOpen: true, sent: 0 };
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': coding });
    response.write(body);
    const junk = Buffer.alloc(64 * 1024);
    const flood = setInterval(() => {
      while (!response.destroyed && response.write(junk)) upstream.sent += junk.length;
    }, 5);
    response.on('close', () => {
      clearInterval(flood);
      upstream.isOpen = false;
    });
  });
  const channels = { relay: { origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, options: { idleTimeoutMs: 1_000 } });
  // Complete if the coding marks its end, else broken off.
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') }).catch(() => null);
  if (answer?.status === 200) expect(answer.json).toEqual({ a: 1 });
  await expect.poll(() => upstream.isOpen).toBe(false);
  expect(upstream.sent / 1024 ** 2).toBeLessThan(200);
});

test('a body that decodes to a large encoded body is given up after the first step', async () => {
  const empty = gzipSync('');
  const members = Buffer.concat(Array.from({ length: 1_000_000 }, () => empty));
  const gateway = await gatewayTo({ 'content-encoding': 'gzip, gzip' }, gzipSync(members));
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect([answer.status, answer.json?.error.message]).toEqual([
    502,
    expect.stringContaining('compression is broken'),
  ]);
});

const bomb = gzipSync(Buffer.alloc(64 * 1024 ** 2, 'data: x\n\n'));
const offeredBytes = 64 * 1024 ** 2;

/** Sends one bomb after the other as fast as they are taken, and counts the bytes. */
async function bomber(type: string) {
  const sent = { bytes: 0 };
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': type, 'content-encoding': 'gzip' });
    const send = () => {
      while (sent.bytes < offeredBytes && !response.destroyed) {
        sent.bytes += bomb.length;
        if (!response.write(bomb)) return void response.once('drain', send);
      }
      response.end();
    };
    send();
  });
  const channels = { relay: { origin, models: { m: {} } } };
  return { sent, gateway: await gatewayForTest({ channels }) };
}

test.each(['application/json', 'text/event-stream'])(
  'a bomb (%s) is given up at 64 MiB, and isn’t read faster than it is decoded',
  async (type) => {
    const { sent, gateway } = await bomber(type);
    const client = await rawConnection(gateway.port);
    client.send(rawPost(chat, clientKey, chatTo('relay/m'), 'connection: close\r\n'));
    const text = await client.all();
    if (type === 'text/event-stream')
      expect(text.slice(-500)).toContain('the decompressed answer is too long');
    expect(text.length / 1024 ** 2).toBeLessThan(66);
    // Includes what the kernel's buffers hold.
    expect(sent.bytes / 1024 ** 2).toBeLessThan(16);
  },
);

test('a bomb isn’t decoded for a client that reads nothing', async () => {
  const { sent, gateway } = await bomber('application/json');
  const client = await rawConnection(gateway.port);
  client.socket.pause();
  const before = process.memoryUsage().external;
  client.send(rawPost(chat, clientKey, chatTo('relay/m')));
  await expect.poll(() => sent.bytes).toBeGreaterThan(0);
  let most = 0;
  for (let round = 0; round < 25; round += 1) {
    await new Promise((rest) => setTimeout(rest, 20));
    most = Math.max(most, process.memoryUsage().external - before);
  }
  expect(most / 1024 ** 2).toBeLessThan(48);
});
