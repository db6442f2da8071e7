import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { createInProcessBus } from '@api-monitor/bus';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';
import type { TestKey } from './test-key.ts';

const key = 'sk-limited';
const chat = '/v1/chat/completions';
/** What each answer reports: 32 tokens in all. */
const report = JSON.stringify({
  ...JSON.parse(goodBody),
  usage: { prompt_tokens: 20, completion_tokens: 12 },
});
/** The upstream holds such a request until the test lets it go; it answers any other at once. */
const held = { user: 'held' };

async function patientUpstream() {
  const waiting = new Set<ServerResponse>();
  let asked = 0;
  const origin = await upstreamForTest(async (request, response) => {
    const body = await text(request);
    asked += 1;
    response.setHeader('content-type', 'application/json');
    if (!body.includes('"held"')) {
      response.end(report);
      return;
    }
    waiting.add(response);
    response.on('close', () => waiting.delete(response));
  });
  return {
    origin,
    asked: () => asked,
    /** Waits until so many requests wait for their answers. */
    until: (count: number) => expect.poll(() => waiting.size).toBe(count),
    answer(body: string | Buffer = report, headers: Record<string, string> = {}) {
      for (const response of waiting) response.writeHead(200, headers).end(body);
    },
    breakOff() {
      for (const response of waiting) response.destroy();
    },
  };
}

async function start(given: Omit<TestKey, 'key'>, options = {}) {
  const upstream = await patientUpstream();
  const channels = { one: { origin: upstream.origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, keys: [{ key, ...given }], options });
  // From the start of a minute, so that no test runs past its end.
  gateway.clock.aheadS = 60 - ((Date.now() / 1000) % 60);
  const ask = (more: object = {}, path = chat) =>
    call(gateway.origin, path, { key, body: chatTo('m', more) });
  const statusOf = async (more: object = {}) => (await ask(more)).status;
  return { ...gateway, upstream, ask, statusOf };
}

/** Waits until so many have been answered: a later request would find others gone. */
async function untilAnswered(answers: Promise<unknown>[], count: number): Promise<void> {
  let answered = 0;
  for (const answer of answers) {
    answer.then(() => {
      answered += 1;
    });
  }
  await expect.poll(() => answered).toBe(count);
}

const statusesOf = async (answers: Promise<{ status: number }>[]) =>
  (await Promise.all(answers)).map(({ status }) => status).sort();

test('sixty requests at once don’t exceed a limit of fifty tokens', async () => {
  const { upstream, ask, statusOf } = await start({ tpm_limit: 50 });
  const answers = Array.from({ length: 60 }, () => ask(held));
  const early = await Promise.race(answers);
  expect([early.status, early.json.error.type]).toEqual([429, 'rate_limit_error']);
  expect(early.json.error.message).toContain('running requests');
  expect(Number(early.headers['retry-after'])).toBeLessThan(10);
  await untilAnswered(answers, 59);
  await upstream.until(1);
  upstream.answer();
  expect(await statusesOf(answers)).toEqual([200, ...Array(59).fill(429)]);
  // The tokens that the one really used are counted, and leave room for another that comes alone.
  expect(await statusOf()).toBe(200);
  const late = await ask();
  expect(late.status).toBe(429);
  expect(late.json.error.message).toContain('used up');
  expect(Number(late.headers['retry-after'])).toBeGreaterThan(40);
  expect(upstream.asked()).toBe(2);
});

const generate = '/v1beta/models/m:generateContent';
test.each([
  [chat, { max_tokens: 300 }],
  [chat, { max_completion_tokens: 300 }],
  [chat, { max_tokens: 100, n: 3 }],
  [chat, { metadata: { max_tokens: 1 }, max_tokens: 300 }],
  ['/v1/responses', { max_output_tokens: 300 }],
  ['/v1/messages', { max_tokens: 300 }],
  [generate, { generationConfig: { maxOutputTokens: 300 } }],
  [generate, { generation_config: { candidate_count: 3, max_output_tokens: 100 } }],
])(
  'only as many requests run at once as their declared lengths allow: %s %j',
  async (path, more) => {
    const { upstream, ask } = await start({ tpm_limit: 1_100 });
    const answers = Array.from({ length: 6 }, () => ask({ ...held, ...more }, path));
    await untilAnswered(answers, 3);
    await upstream.until(3);
    upstream.answer();
    expect(await statusesOf(answers)).toEqual([200, 200, 200, 429, 429, 429]);
  },
);

test.each([
  [chat, {}],
  [chat, { metadata: { maxOutputTokens: 1 } }],
  [chat, { max_tokens: 1.5 }],
  ['/v1/responses', { max_tokens: 1 }],
  [generate, { labels: { maxOutputTokens: 1 } }],
])('an answer without its own limit is assumed to take 1,000 tokens: %s %j', async (path, more) => {
  const { upstream, ask } = await start({ tpm_limit: 5_000 });
  const answers = Array.from({ length: 6 }, () => ask({ ...held, ...more }, path));
  await untilAnswered(answers, 2);
  await upstream.until(4);
  upstream.answer();
  expect(await statusesOf(answers)).toEqual([200, 200, 200, 200, 429, 429]);
});

test('a request whose answer isn’t text reserves only its input', async () => {
  const { upstream, ask } = await start({ tpm_limit: 1_000 });
  const more = { ...held, max_tokens: 900 };
  const answers = Array.from({ length: 10 }, () => ask(more, '/v1/embeddings'));
  await upstream.until(10);
  upstream.answer();
  expect(await statusesOf(answers)).toEqual(Array(10).fill(200));
});

test('a request larger than the limit is admitted if no other is running', async () => {
  const { upstream, ask, statusOf } = await start({ tpm_limit: 100 });
  const large = { max_tokens: 32_000, pad: 'x'.repeat(4_000) };
  expect(await statusOf(large)).toBe(200);
  const first = ask({ ...large, ...held });
  await upstream.until(1);
  expect(await statusOf({ max_tokens: 1 })).toBe(429);
  upstream.answer();
  expect((await first).status).toBe(200);
});

test('a client that leaves before the first byte pays for its input, and the rest is freed', async () => {
  const { port, upstream, ask, statusOf } = await start({ tpm_limit: 1_500 });
  const leave = async (more: object) => {
    const client = await rawConnection(port);
    client.send(rawPost(chat, key, chatTo('m', { ...held, max_tokens: 100_000, ...more })));
    await upstream.until(1);
    expect(await statusOf()).toBe(429);
    client.socket.destroy();
    await upstream.until(0);
  };
  await leave({ pad: 'x'.repeat(4_000) });
  await expect.poll(() => statusOf({ max_tokens: 100 })).toBe(200);
  await leave({ pad: 'x'.repeat(2_400) });
  await expect.poll(async () => (await ask()).text).toContain('used up');
});

test('a picture is reserved and counted as a fixed number of tokens, not by its bytes', async () => {
  const { port, upstream, ask, statusOf } = await start({ tpm_limit: 10_000 });
  const url = `data:image/png;base64,${'iVBORw0KGgo'.repeat(100_000)}`;
  const picture = { max_tokens: 100, image: { url }, ...held };
  const client = await rawConnection(port);
  client.send(rawPost(chat, key, chatTo('m', picture)));
  await upstream.until(1);
  const second = ask(picture);
  await upstream.until(2);
  client.socket.destroy();
  await upstream.until(1);
  expect(await statusOf({ max_tokens: 5_000 })).toBe(200);
  upstream.answer();
  expect((await second).status).toBe(200);
});

test('a failed request frees its reservation and uses no tokens', async () => {
  const { origin, clock, upstream, ask, statusOf } = await start({ tpm_limit: 100 });
  const large = { max_tokens: 10_000 };
  for (let times = 0; times < 2; times += 1) {
    const broken = ask({ ...large, ...held });
    await upstream.until(1);
    upstream.breakOff();
    expect((await broken).status).toBe(502);
    clock.aheadS += 4;
    const unknown = await call(origin, chat, { key, body: chatTo('nothing', large) });
    expect(unknown.status).toBe(404);
  }
  for (let times = 0; times < 4; times += 1) expect(await statusOf(large)).toBe(200);
  expect(await statusOf(large)).toBe(429);
});

test('a compressed answer counts by the usage it reports, and its reservation is freed', async () => {
  const { upstream, ask, statusOf } = await start({ tpm_limit: 60 });
  const first = ask({ ...held, max_tokens: 10_000 });
  await upstream.until(1);
  upstream.answer(gzipSync(report), { 'content-encoding': 'gzip' });
  expect((await first).status).toBe(200);
  await expect.poll(() => statusOf()).toBe(200);
  expect((await ask()).json.error.message).toContain('used up');
});

test('a request that runs into the next minute still holds its reservation', async () => {
  const { clock, upstream, ask, statusOf } = await start({ tpm_limit: 60 });
  const first = ask({ ...held, max_tokens: 50 });
  await upstream.until(1);
  clock.aheadS += 60;
  expect(await statusOf({ max_tokens: 10 })).toBe(429);
  upstream.answer();
  expect((await first).status).toBe(200);
  expect(await statusOf({ max_tokens: 10 })).toBe(200);
  expect((await ask()).json.error.message).toContain('used up');
  clock.aheadS += 60;
  expect(await statusOf()).toBe(200);
});

test('two gateways share one limit, both for running and for finished requests', async () => {
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  onTestFinished(() => bus.close());
  const [a, b] = [
    await start({ tpm_limit: 1_000 }, { bus }),
    await start({ tpm_limit: 1_000 }, { bus }),
  ];
  // Both count the same minute, however long their start took.
  b.clock.aheadS = a.clock.aheadS;
  const first = a.ask({ ...held, max_tokens: 990 });
  await a.upstream.until(1);
  const large = { max_tokens: 500 };
  await expect.poll(() => b.statusOf(large), { interval: 200 }).toBe(429);
  a.upstream.answer();
  expect((await first).status).toBe(200);
  await expect.poll(() => b.statusOf(large), { interval: 200 }).toBe(200);
});
