import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import {
  clientKey,
  gatewayForTest,
  openTestGateway,
  type TestGateway,
} from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

let gateway: TestGateway;
const origin = 'http://127.0.0.1:9';

beforeAll(async () => {
  gateway = await openTestGateway({
    channels: {
      'relay one': {
        origin,
        models: { m: {}, 'org/deep': {}, dead: { isAlive: false }, new: { isNew: true } },
      },
      two: { origin, models: { m: {}, tts: { isSkipped: true } } },
      off: { origin, models: { m: {} }, fields: { enabled: false } },
    },
    keys: [
      { key: 'sk-two', channels: ['two'] },
      { key: 'sk-deep', allowed_models: ['relay one/org/deep'] },
      { key: 'sk-paused', enabled: false },
    ],
  });
});
afterAll(() => gateway.close());

const everything = [
  ...['relay one/m', 'relay one/org/deep', 'two/m', 'two/tts'],
  ...['m', 'org/deep', 'tts'],
];
const anthropic = { 'anthropic-version': '2023-06-01' };

test('OpenAI’s list has the models that a client could call, by full and bare names', async () => {
  for (const path of ['/v1/models', '/models']) {
    const { status, json } = await call(gateway.origin, path);
    expect(status).toBe(200);
    expect(json.object).toBe('list');
    expect(json.data.map(({ id }: { id: string }) => id)).toEqual(everything);
    expect(json.data[0]).toEqual({
      id: 'relay one/m',
      object: 'model',
      created: expect.any(Number),
      owned_by: 'relay one',
    });
    expect(Number.isInteger(json.data[0].created)).toBe(true);
  }
});

test('Anthropic’s list is the answer if its version header is sent', async () => {
  const { json } = await call(gateway.origin, '/v1/models?limit=20', { headers: anthropic });
  expect(json).toMatchObject({ has_more: false, first_id: 'relay one/m', last_id: 'tts' });
  expect(json.data[0]).toEqual({
    type: 'model',
    id: 'relay one/m',
    display_name: 'relay one/m',
    created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  expect(json.data).toHaveLength(everything.length);
});

test.each([
  ['/v1beta/models', {}],
  ['/v1/models', { key: null, headers: { 'x-goog-api-key': clientKey } }],
  [`/v1/models?key=${clientKey}`, { key: null }],
])('Gemini’s list is at %s for its clients', async (path, given) => {
  const { status, json } = await call(gateway.origin, path, given);
  expect(status).toBe(200);
  expect(json.models.map(({ name }: { name: string }) => name)).toEqual(
    everything.map((id) => `models/${id}`),
  );
  expect(json.models[0].supportedGenerationMethods).toContain('generateContent');
});

test('a bearer beside a key in the query gets OpenAI’s list', async () => {
  const { json } = await call(gateway.origin, '/v1/models?key=x');
  expect(json.object).toBe('list');
});

test('models of every kind are listed, with the methods of Google’s that fit them', async () => {
  const kinds = {
    'gpt-4o': {},
    'text-embedding-3-small': { routes: ['embeddings'] as const },
    'dall-e-3': { isSkipped: true },
    'tts-1': { isSkipped: true },
    'whisper-1': { isSkipped: true },
    'jina-reranker-v2': { isSkipped: true },
    'omni-moderation-latest': { isSkipped: true },
    'for-one-client-only': { isNew: true },
  };
  const channels = {
    all: { origin, models: kinds, fields: { dont_probe: ['for-one-client-only'] } },
  };
  const { origin: at } = await gatewayForTest({ channels });
  const names = Object.keys(kinds);
  const ids = [...names.map((name) => `all/${name}`), ...names].sort();
  const { json } = await call(at, '/v1/models');
  expect(json.data.map(({ id }: { id: string }) => id).sort()).toEqual(ids);
  const asGemini = await call(at, '/v1beta/models');
  const methods = asGemini.json.models.map(
    (one: { displayName: string; supportedGenerationMethods: string[] }) =>
      [one.displayName, one.supportedGenerationMethods] as const,
  );
  const text = ['generateContent', 'streamGenerateContent', 'countTokens'];
  expect(Object.fromEntries(methods)).toMatchObject({
    'gpt-4o': text,
    'for-one-client-only': text,
    'all/text-embedding-3-small': ['embedContent', 'batchEmbedContents', 'countTokens'],
    ...{ 'dall-e-3': [], 'tts-1': [], 'omni-moderation-latest': [] },
  });
});

test('HEAD has the headers of the list, and no body', async () => {
  for (const path of ['/v1/models', '/v1beta/models', '/v1/models/m']) {
    const whole = await call(gateway.origin, path);
    const { status, headers, text } = await call(gateway.origin, path, { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
    expect(headers['content-length']).toBe(whole.headers['content-length']);
  }
});

test('a request with Codex’s version gets a quick 404', async () => {
  const { status, json } = await call(gateway.origin, '/v1/models?client_version=0.50.0');
  expect([status, json.error.code]).toEqual([404, 'not_found']);
});

test('a key sees no more than it may use', async () => {
  const idsFor = async (key: string) =>
    (await call(gateway.origin, '/v1/models', { key })).json.data.map(
      ({ id }: { id: string }) => id,
    );
  expect(await idsFor('sk-two')).toEqual(['two/m', 'two/tts', 'm', 'tts']);
  expect(await idsFor('sk-deep')).toEqual(['relay one/org/deep', 'org/deep']);
});

test.each(['relay%20one/org/deep', 'relay%20one%2Forg%2Fdeep', 'org/deep', 'org%2Fdeep'])(
  'one model can be asked for with slashes raw or escaped: %s',
  async (id) => {
    const { status, json } = await call(gateway.origin, `/v1/models/${id}`);
    expect(status).toBe(200);
    expect(json).toMatchObject({ id: decodeURIComponent(id), object: 'model' });
    const asAnthropic = await call(gateway.origin, `/v1/models/${id}`, { headers: anthropic });
    expect(asAnthropic.json).toMatchObject({ type: 'model', id: decodeURIComponent(id) });
    const asGemini = await call(gateway.origin, `/v1beta/models/${id}`);
    expect(asGemini.json).toMatchObject({ name: `models/${decodeURIComponent(id)}` });
  },
);

test('a model that failed, is disabled, or isn’t allowed is a 404 in the dialect', async () => {
  for (const id of ['relay%20one/dead', 'dead', 'relay%20one/new', 'off/m', 'nobody']) {
    const { status, json } = await call(gateway.origin, `/v1/models/${id}`);
    expect([status, json.error.code], id).toEqual([404, 'model_not_found']);
  }
  const asAnthropic = await call(gateway.origin, '/v1/models/x', { headers: anthropic });
  expect(asAnthropic.json).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
  const asGemini = await call(gateway.origin, '/v1beta/models/x');
  expect(asGemini.json.error).toMatchObject({ code: 404, status: 'NOT_FOUND' });
  const hidden = await call(gateway.origin, '/v1/models/two/m', { key: 'sk-deep' });
  expect(hidden.status).toBe(404);
});

test('a model that rests stays listed, one that is refused everywhere isn’t', async () => {
  const bad = await upstreamForTest((_, response) => void response.writeHead(500).end('{}'));
  const channels = {
    one: { origin: bad, models: { m: {}, only: { routes: [], refusedOn: ['chat'] as const } } },
  };
  const { origin: at } = await gatewayForTest({ channels });
  const ids = async () =>
    (await call(at, '/v1/models')).json.data.map(({ id }: { id: string }) => id);
  expect(await ids()).toEqual(['one/m', 'm']);
  expect((await call(at, '/v1/chat/completions', { body: chatTo('m') })).status).toBe(500);
  expect((await call(at, '/v1/chat/completions', { body: chatTo('m') })).status).toBe(503);
  expect(await ids()).toEqual(['one/m', 'm']);
});

test('without a valid key there is no list', async () => {
  for (const key of [null, 'nobody', 'sk-paused']) {
    expect((await call(gateway.origin, '/v1/models', { key })).status).toBe(401);
    const asGemini = await call(gateway.origin, '/v1beta/models', { key });
    expect([asGemini.status, asGemini.json.error.status]).toEqual([401, 'UNAUTHENTICATED']);
  }
});

test('with bare names off the list has only full names', async () => {
  const channels = { one: { origin, models: { m: {} } } };
  const other = await openTestGateway({ channels, settings: { bare_models: false } });
  const { json } = await call(other.origin, '/v1/models');
  await other.close();
  expect(json.data.map(({ id }: { id: string }) => id)).toEqual(['one/m']);
});
