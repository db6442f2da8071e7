import { afterEach, describe, expect, test } from 'vitest';
import { type FakeProvider, startFakeProvider } from './start-fake-provider.ts';

const apiKey = 'sk-fake-0123456789';
const authorization = `Bearer ${apiKey}`;
let provider: FakeProvider | undefined;
afterEach(() => provider?.close());

async function start(models: Parameters<typeof startFakeProvider>[0]['models']) {
  provider = await startFakeProvider({ models, apiKey });
  return provider;
}

function ask(origin: string, path: string, body: object, key = authorization) {
  const headers = { authorization: key, 'content-type': 'application/json' };
  return fetch(origin + path, { method: 'POST', headers, body: JSON.stringify(body) });
}

test('lists its models, including a new one', async () => {
  const { origin, setBehaviour } = await start({ a: 'good' });
  setBehaviour('b', 'good');
  const list = await fetch(`${origin}/v1/models`, { headers: { authorization } });
  expect(await list.json()).toMatchObject({ data: [{ id: 'a' }, { id: 'b' }] });
});

describe('a good model answers on', () => {
  test.each([
    ['/v1/chat/completions', { model: 'a' }],
    ['/v1/responses', { model: 'a' }],
    ['/v1/messages', { model: 'a' }],
    ['/v1beta/models/a:generateContent', {}],
    ['/relay/v1/chat/completions', { model: 'a' }],
  ])('%s', async (path, body) => {
    const { origin } = await start({ a: 'good' });
    const whole = await ask(origin, path, body);
    expect(whole.headers.get('content-type')).toContain('json');
    expect(await whole.text()).toContain('I am a.');
    const streamPath = path.replace(':generateContent', ':streamGenerateContent?alt=sse');
    const stream = await ask(origin, streamPath, { ...body, stream: true });
    expect(stream.headers.get('content-type')).toContain('text/event-stream');
    expect(await stream.text()).toContain('I am a');
  });
});

test("a model's behaviour can be changed, and every request is kept", async () => {
  const { origin, setBehaviour, requests, received } = await start({ a: 'good' });
  const statusOf = async () => (await ask(origin, '/v1/messages', { model: 'a', n: 1 })).status;
  expect(await statusOf()).toBe(200);
  setBehaviour('a', 'http_503');
  expect(await statusOf()).toBe(503);
  expect(received()).toBe(2);
  expect(requests[1]).toMatchObject({
    method: 'POST',
    url: '/v1/messages',
    model: 'a',
    body: { model: 'a', n: 1 },
    headers: { authorization },
  });
});

test('an unknown key, model or path is rejected', async () => {
  const { origin } = await start({ a: 'good' });
  const statusOf = async (path: string, model: string, key?: string) =>
    (await ask(origin, path, { model }, key)).status;
  expect(await statusOf('/v1/messages', 'a', 'Bearer other')).toBe(401);
  expect(await statusOf('/v1/messages', 'b')).toBe(404);
  expect(await statusOf('/v1/messages/count_tokens', 'a')).toBe(404);
});

test('paths are exact: a doubled /v1 is not found', async () => {
  const { origin } = await start({ a: 'good' });
  const statusOf = async (path: string) =>
    (await fetch(origin + path, { headers: { authorization } })).status;
  expect(await statusOf('/v1/models')).toBe(200);
  expect(await statusOf('/v1/v1/models')).toBe(404);
  expect(await statusOf('/relay/v1/v1/models')).toBe(404);
  expect((await ask(origin, '/v1/v1/messages', { model: 'a' })).status).toBe(404);
});

test('a relay may be below any path', async () => {
  const { origin } = await start({ a: 'good' });
  expect((await ask(origin, '/some/relay/v1/messages', { model: 'a' })).status).toBe(200);
});

test('closing the provider ends hanging connections', async () => {
  const { origin, close } = await start({ a: 'hang_midway' });
  const response = await ask(origin, '/v1/messages', { model: 'a' });
  const body = response.text().catch(() => 'broken');
  await close();
  provider = undefined;
  expect(await body).toBe('broken');
});

test('serves other endpoints if it is told to', async () => {
  provider = await startFakeProvider({ models: { a: 'good' }, apiKey, hasSideEndpoints: true });
  const counted = await ask(provider.origin, '/v1/messages/count_tokens', { model: 'a' });
  expect(await counted.json()).toEqual({ input_tokens: 20 });
  const spoken = await ask(provider.origin, '/v1/audio/speech', { model: 'a', input: 'hi' });
  expect(spoken.headers.get('content-type')).toBe('audio/mpeg');
});
