import { gzipSync } from 'node:zlib';
import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, type Call, call, chatTo } from './call.ts';
import { gatewayForTest, openTestGateway, type TestGateway } from './open-test-gateway.ts';
import { upstreamKey } from './test-channel.ts';

let gateway: TestGateway;
let provider: FakeProvider;

beforeAll(async () => {
  provider = await startFakeProvider({
    models: { m: 'good', hangs: 'hang_before_headers', resets: 'reset_before_headers' },
    apiKey: upstreamKey,
  });
  const dead = { isAlive: false, error: 'HTTP 402: out of credit', ageS: 3600 };
  const ill = { isAlive: false, error: 'HTTP 500: broken' };
  const models = { m: {}, hangs: {}, resets: {}, dead, ill };
  gateway = await openTestGateway({
    channels: {
      relay: { origin: provider.origin, models, fields: { timeout_s: 3 } },
      unreachable: { origin: 'http://127.0.0.1:9', models: { m: {} } },
      off: { origin: provider.origin, models: { only: {} }, fields: { enabled: false } },
    },
    keys: [
      { key: 'sk-elsewhere', channels: ['off'] },
      { key: 'sk-once', rpm_limit: 1 },
    ],
    options: { bodyLimitBytes: 1024 },
  });
});
afterAll(async () => {
  await gateway.close();
  await provider.close();
});

const openaiPaths = ['/v1/chat/completions', '/v1/responses', '/v1/embeddings'];
const anthropicPath = '/v1/messages';
const geminiPath = (model: string) => `/v1beta/models/${model}:generateContent`;

const wordsByStatus: Record<number, [openai: string, anthropic: string, gemini: string]> = {
  400: ['invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  401: ['authentication_error', 'authentication_error', 'UNAUTHENTICATED'],
  403: ['permission_error', 'permission_error', 'PERMISSION_DENIED'],
  404: ['invalid_request_error', 'not_found_error', 'NOT_FOUND'],
  413: ['invalid_request_error', 'request_too_large', 'INVALID_ARGUMENT'],
  415: ['invalid_request_error', 'invalid_request_error', 'INVALID_ARGUMENT'],
  429: ['rate_limit_error', 'rate_limit_error', 'RESOURCE_EXHAUSTED'],
  502: ['server_error', 'api_error', 'UNAVAILABLE'],
  503: ['server_error', 'overloaded_error', 'UNAVAILABLE'],
  504: ['server_error', 'api_error', 'DEADLINE_EXCEEDED'],
};

function expectOpenai(answer: Answer, status: number): string {
  expect(answer.status).toBe(status);
  expectHeaders(answer);
  const { message, type, param, code, ...rest } = answer.json.error;
  expect(rest).toEqual({});
  expect(type).toBe(wordsByStatus[status]?.[0]);
  expect([typeof message, typeof code]).toEqual(['string', 'string']);
  expect([null, 'model']).toContain(param);
  return message;
}

function expectAnthropic(answer: Answer, status: number): string {
  expect(answer.status).toBe(status);
  expectHeaders(answer);
  const { message } = answer.json.error;
  expect(answer.json).toEqual({
    type: 'error',
    error: { type: wordsByStatus[status]?.[1], message: expect.any(String) },
    request_id: answer.headers['request-id'],
  });
  return message;
}

function expectGemini(answer: Answer, status: number): string {
  expect(answer.status).toBe(status);
  expectHeaders(answer);
  const { message } = answer.json.error;
  expect(answer.json).toEqual({
    error: { code: status, message: expect.any(String), status: wordsByStatus[status]?.[2] },
  });
  return message;
}

function expectHeaders({ headers }: Answer) {
  expect(headers['content-type']).toMatch(/^application\/json/);
  expect(headers['x-request-id']).toMatch(/^req_\w+$/);
  expect(headers['request-id']).toBe(headers['x-request-id']);
}

/** Causes the same fault on every dialect's route; returns the gateway's messages. */
async function everywhere(status: number, model: string, given: Call = {}): Promise<string[]> {
  const { origin } = gateway;
  const messages: string[] = [];
  for (const path of openaiPaths) {
    messages.push(
      expectOpenai(await call(origin, path, { body: chatTo(model), ...given }), status),
    );
  }
  const body = chatTo(model);
  messages.push(expectAnthropic(await call(origin, anthropicPath, { body, ...given }), status));
  const asGemini = await call(origin, geminiPath(model), { body: { contents: [] }, ...given });
  messages.push(expectGemini(asGemini, status));
  return messages;
}

test('401 without a valid key', () => everywhere(401, 'relay/m', { key: 'nobody' }));

test('an error that won’t change says that it isn’t worth a retry', async () => {
  const saysOf = async (model: string, key?: string) => {
    const given = { body: chatTo(model), ...(key ? { key } : {}) };
    const { headers } = await call(gateway.origin, anthropicPath, given);
    return headers['x-should-retry'];
  };
  expect(await saysOf('relay/m', 'nobody')).toBe('false');
  expect(await saysOf('relay/m', 'sk-elsewhere')).toBe('false');
  expect(await saysOf('relay/nothing')).toBe('false');
  expect(await saysOf('relay/resets')).toBeUndefined();
  expect(await saysOf('relay/m')).toBeUndefined();
});

test('403 if the key may not use the channel', async () => {
  for (const model of ['relay/m', 'm']) await everywhere(403, model, { key: 'sk-elsewhere' });
});

test('404 for a model that has failed for longer than its interval says since when, and why', async () => {
  for (const model of ['relay/dead', 'dead']) {
    for (const message of await everywhere(404, model)) {
      expect(message).toContain('relay/dead');
      expect(message).toMatch(/60 min/);
      expect(message).toContain('out of credit');
    }
  }
});

test('503 for a model that has just failed, which may soon be back', async () => {
  const { origin } = gateway;
  for (const model of ['relay/ill', 'ill']) {
    for (const message of await everywhere(503, model))
      expect(message).toContain('HTTP 500: broken');
    const { headers } = await call(origin, anthropicPath, { body: chatTo(model) });
    expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  }
});

test('404 for a model that no channel has, and for a channel that is disabled', async () => {
  for (const model of ['relay/nothing', 'nothing', 'nochannel/m', 'off/only', 'only']) {
    await everywhere(404, model);
  }
});

test.each([
  ['is no JSON', 'hello'],
  ['is cut', '{"model":"relay/m","messages":['],
  ['goes on behind its end', '{"model":"relay/m"} x'],
  ['is empty', ''],
  ['is a list', '[{"model":"relay/m"}]'],
  ['has no model', '{"messages":[]}'],
  ['has a model within alone', '{"messages":[{"model":"relay/m"}]}'],
  ['has a model that is a number', '{"model":7}'],
  ['has an empty model', '{"model":""}'],
  ['has two models', '{"model":"relay/m","model":"relay/dead"}'],
  ['has a second model in another case', '{"model":"relay/m","Model":"relay/dead"}'],
  ['hides a second model behind an escape', '{"model":"relay/m","m\\u006fdel":"relay/dead"}'],
])('400 for a body that %s', async (_, body) => {
  for (const path of openaiPaths) expectOpenai(await call(gateway.origin, path, { body }), 400);
  expectAnthropic(await call(gateway.origin, anthropicPath, { body }), 400);
});

test('413 for a body over the limit, whether declared or found while reading', async () => {
  const body = JSON.stringify(chatTo('relay/m', { filler: 'x'.repeat(2000) }));
  await everywhere(413, 'relay/m', { body });
  await everywhere(413, 'relay/m', { body, headers: { 'transfer-encoding': 'chunked' } });
});

test('415 for a body in a coding that isn’t read, and 400 for a broken one', async () => {
  const { origin } = gateway;
  const coded = (coding: string) => ({
    body: chatTo('relay/m'),
    headers: { 'content-encoding': coding },
  });
  for (const message of await everywhere(415, 'relay/m', coded('gzip, br'))) {
    expect(message).toContain('gzip, br, zstd, deflate');
  }
  const { headers } = await call(origin, '/v1/chat/completions', coded('compress'));
  expect(headers['accept-encoding']).toBe('gzip, br, zstd, deflate');
  for (const coding of ['gzip', 'br', 'zstd', 'deflate']) {
    await everywhere(400, 'relay/m', coded(coding));
  }
});

test('413 for a body that is over the limit once it is decompressed', async () => {
  const body = gzipSync(JSON.stringify(chatTo('relay/m', { filler: 'x'.repeat(20_000) })));
  expect(body.length).toBeLessThan(1024);
  await everywhere(413, 'relay/m', { body, headers: { 'content-encoding': 'gzip' } });
});

test('405 for another method, and 404 for another path, in the dialect', async () => {
  const { origin } = gateway;
  expect((await call(origin, '/v1/chat/completions')).status).toBe(405);
  expect((await call(origin, '/v1/responses')).status).toBe(405);
  const asAnthropic = await call(origin, '/v1/messages', { method: 'DELETE' });
  expect([asAnthropic.status, asAnthropic.json.type]).toEqual([405, 'error']);
  const asGemini = await call(origin, geminiPath('relay/m'), { method: 'GET' });
  expect([asGemini.status, asGemini.json.error.code]).toEqual([405, 405]);
  expect((await call(origin, '/v1/models', { body: {} })).status).toBe(405);
  expect((await call(origin, '/v1/nothing', { body: {} })).json.error.code).toBe('unknown_url');
  const anthropic = await call(origin, '/v1/messages/nothing', { body: {} });
  expect(anthropic.json).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  const gemini = await call(origin, '/v1beta/nothing', { body: {} });
  expect(gemini.json.error).toMatchObject({ code: 404, status: 'NOT_FOUND' });
  const secret = await call(origin, '/v1/nothing?key=sk-secret', { body: {} });
  expect(secret.text).not.toContain('sk-secret');
});

test('405 lists the allowed methods', async () => {
  const allowedBy = async (path: string, method: string) => {
    const { status, headers, json } = await call(gateway.origin, path, { method });
    expect([status, json.error.message]).toEqual([
      405,
      expect.stringContaining(headers.allow ?? '?'),
    ]);
    return headers.allow;
  };
  expect(await allowedBy('/v1/embeddings', 'GET')).toBe('POST');
  expect(await allowedBy('/messages', 'PUT')).toBe('POST');
  expect(await allowedBy(geminiPath('relay/m'), 'DELETE')).toBe('POST');
  expect(await allowedBy('/v1/models', 'POST')).toBe('GET, HEAD');
});

test('426 says what to upgrade to where WebSockets are off, or the handshake is not whole', async () => {
  const websocket = {
    ...{ connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' },
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };
  const off = await gatewayForTest({
    options: { webSockets: { isOn: false, limit: 1, limitPerKey: 1 } },
  });
  const refused = async (origin: string, path: string, sent: Record<string, string>) => {
    const { status, headers, json } = await call(origin, path, { headers: sent });
    expect([status, json.error.code]).toEqual([426, 'websocket_not_supported']);
    expect([headers.upgrade, headers.connection]).toEqual(['websocket', 'upgrade, close']);
    return json.error.message;
  };
  for (const path of ['/v1/responses', '/responses', '//v1/responses', '/v1/realtime?model=m']) {
    expect(await refused(off.origin, path, websocket)).toContain('switched off');
    const old = { ...websocket, 'sec-websocket-version': '8' };
    expect(await refused(gateway.origin, path, old)).toContain('version 13');
    const { upgrade: _upgrade, connection: _connection, ...behindProxy } = websocket;
    expect(await refused(gateway.origin, path, behindProxy)).toContain('pass Upgrade');
  }
  expect(await refused(gateway.origin, '/v1/realtime', {})).toContain('handshake');
});

test('a body that isn’t JSON has no wrong parameter', async () => {
  const given = { body: '{"model":' };
  const { status, json } = await call(gateway.origin, '/v1/chat/completions', given);
  expect([status, json.error.param]).toEqual([400, null]);
  expect(json.error.message).toBe('the body is not valid JSON');
});

test('404 for a pinned channel that isn’t there names the field', async () => {
  for (const id of ['999', 'relay', '']) {
    const given = { body: chatTo('m'), headers: { 'x-target-id': id } };
    const { status, json } = await call(gateway.origin, '/v1/chat/completions', given);
    expect([status, json.error.param, json.error.code]).toEqual([
      ...[404, 'target_id', 'channel_not_found'],
    ]);
  }
});

test('429 over the key’s limit says when to try again', async () => {
  const key = 'sk-once';
  await call(gateway.origin, anthropicPath, { key, body: chatTo('relay/m') });
  await everywhere(429, 'relay/m', { key });
  const { headers } = await call(gateway.origin, anthropicPath, { key, body: chatTo('relay/m') });
  expect(Number(headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(headers['retry-after'])).toBeLessThanOrEqual(60);
});

test('502 for an unreachable channel, then 503 while it rests', async () => {
  const { origin } = gateway;
  const body = chatTo('unreachable/m');
  const path = geminiPath('unreachable/m');
  for (const status of [502, 503]) {
    const messages = [
      expectOpenai(await call(origin, '/v1/chat/completions', { body }), status),
      expectAnthropic(await call(origin, anthropicPath, { body }), status),
      expectGemini(await call(origin, path, { body: {} }), status),
    ];
    for (const message of messages) expect(message).toContain('connection refused');
  }
});

test('504 if no first byte comes in time', async () => {
  const { origin } = gateway;
  const body = chatTo('relay/hangs', { stream: true });
  const answers = [
    call(origin, '/v1/chat/completions', { body }),
    call(origin, anthropicPath, { body }),
    call(origin, '/v1beta/models/relay/hangs:streamGenerateContent', { body: {} }),
  ] as const;
  const [openai, anthropic, gemini] = await Promise.all(answers);
  expect(expectOpenai(openai, 504)).toContain('no first byte within 3 s');
  expectAnthropic(anthropic, 504);
  expectGemini(gemini, 504);
});
