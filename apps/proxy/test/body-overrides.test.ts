import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { call } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';
import type { TestChannel } from './test-channel.ts';

const routes = ['chat', 'responses', 'anthropic', 'gemini'] as const;
const models = { 'claude-4': { routes }, 'omni-moderation-latest': {}, 'whisper-1': {} };

interface Seen {
  url: string;
  body: string;
}

const bodyOf = async (request: IncomingMessage) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('latin1');
};

/** A channel that keeps what it is sent; `status` is that of every answer. */
async function channel(fields: TestChannel['fields'] = {}, status = 200) {
  const seen: Seen[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    seen.push({ url: request.url ?? '', body: await bodyOf(request) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(goodBody);
  };
  const origin = await upstreamForTest((request, response) => void answer(request, response));
  return { seen, channel: { origin, models, fields } satisfies TestChannel };
}

/** Channels that are tried in this order. */
async function start(...made: Awaited<ReturnType<typeof channel>>[]) {
  const channels = Object.fromEntries(made.map((one, at) => [`c${at + 1}`, one.channel]));
  const gateway = await gatewayForTest({ channels });
  return (path: string, body: string | Buffer, headers = {}) =>
    call(gateway.origin, path, { body, headers });
}

const chat = '/v1/chat/completions';
const sent =
  '{ "model": "claude-4",\n\t"messages": [ {"role":"user","content":"\\u0068i \\/ é"} ], "seed": 12345678901234567890,  "x": 1.0, "temperature": 0.70 }';
const overrides = ['/temperature = 1', '?/max_tokens = 4096', 'gpt-* -/seed', 'claude-* -/x'];
const overridden = Buffer.from(sent)
  .toString('latin1')
  .replace('{ ', '{"max_tokens":4096, ')
  .replace('0.70', '1')
  .replace(',  "x": 1.0', '');

test.each([
  ['from a channel with overrides to one without', true],
  ['from a channel without overrides to one with them', false],
])('failing over %s, each gets its own bytes', async (_, isFirst) => {
  const own = await channel({ body_overrides: overrides }, isFirst ? 503 : 200);
  const plain = await channel({}, isFirst ? 200 : 503);
  const post = await start(...(isFirst ? [own, plain] : [plain, own]));
  const answer = await post(chat, sent);
  expect([answer.status, answer.headers['x-proxy-attempts']]).toEqual([200, '2']);
  expect(own.seen.map(({ body }) => body)).toEqual([overridden]);
  expect(plain.seen.map(({ body }) => body)).toEqual([Buffer.from(sent).toString('latin1')]);
  expect(overridden).toContain('"seed": 12345678901234567890');
});

test('a pinned name is shortened and the rest is as it was, besides what is overridden', async () => {
  const own = await channel({ body_overrides: overrides });
  const post = await start(own);
  expect((await post(chat, sent.replace('"claude-4"', '"c1/claude-4"'))).status).toBe(200);
  expect(own.seen[0]?.body).toBe(overridden);
});

test('a request without its model gets both, and Gemini’s, which has it in its path, what is set', async () => {
  const own = await channel({ body_overrides: ['/user = "u"', '/generationConfig/topK = 1'] });
  const post = await start(own);
  await post('/v1/moderations', '{}');
  await post('/v1beta/models/claude-4:generateContent', '{"generationConfig":{"topK":9}}');
  expect(own.seen.map(({ body }) => body)).toEqual([
    '{"model":"omni-moderation-latest","user":"u","generationConfig":{"topK":1}}',
    '{"user":"u","generationConfig":{"topK":1}}',
  ]);
});

test('forms and side endpoints are left alone', async () => {
  const own = await channel({ body_overrides: ['/language = "en"', '/temperature = 1'] });
  const post = await start(own);
  const form = [
    '--b\r\ncontent-disposition: form-data; name="model"\r\n\r\nwhisper-1\r\n',
    '--b\r\ncontent-disposition: form-data; name="language"\r\n\r\nde\r\n--b--\r\n',
  ].join('');
  const type = { 'content-type': 'multipart/form-data; boundary=b' };
  await post('/v1/audio/transcriptions', form, type);
  await post('/v1/messages/count_tokens', '{"model":"claude-4","messages":[]}');
  expect(own.seen.map(({ body }) => body)).toEqual([form, '{"model":"claude-4","messages":[]}']);
});

test('a field that comes twice is the client’s fault where it is overridden, and nowhere else', async () => {
  const own = await channel({ body_overrides: ['/top_p = 1'] });
  const plain = await channel();
  const post = await start(own, plain);
  const twice = (name: string) => `{"model":"${name}","top_p":1,"messages":[],"Top_p":2}`;
  const refused = await post(chat, twice('c1/claude-4'));
  expect([refused.status, refused.json.error.param]).toEqual([400, 'top_p']);
  expect(refused.json.error.message).toContain('"top_p" must come once');
  const anthropic = await post('/v1/messages', twice('c1/claude-4'));
  expect(anthropic.json).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  expect(own.seen).toEqual([]);
  expect((await post(chat, twice('c2/claude-4'))).status).toBe(200);
});
