import type { FakeProvider } from '@api-monitor/fake-provider';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { openTestGateway, type TestGateway } from './open-test-gateway.ts';
import { upstreamKey } from './test-channel.ts';

let gateway: TestGateway;
let provider: FakeProvider;

beforeAll(async () => {
  const models = { m: 'good', 'deep/sub m': 'good' } as const;
  provider = await startFakeProvider({ models, apiKey: upstreamKey, hasSideEndpoints: true });
  const channel = { origin: provider.origin, models: { m: {}, 'deep/sub m': {} } };
  gateway = await openTestGateway({ channels: { relay: channel } });
});
afterAll(async () => {
  await gateway.close();
  await provider.close();
});

test.each([
  '/v1/chat/completions',
  '/v1/responses',
  '/v1/messages',
  '/v1/messages/count_tokens',
  '/v1/embeddings',
  '/v1/completions',
  '/v1/images/generations',
  '/v1/audio/speech',
  '/v1/moderations',
  '/v1/rerank',
  '/v1/responses/compact',
])('POST %s goes up to the same path with the channel’s name for the model', async (path) => {
  const answer = await call(gateway.origin, path, { body: chatTo('relay/m') });
  expect(answer.status).toBe(200);
  expect(provider.requests.at(-1)).toMatchObject({
    method: 'POST',
    url: path,
    body: { model: 'm' },
  });
});

test.each(['/chat/completions', '/responses', '/messages'])(
  'POST %s is the same without /v1',
  async (path) => {
    const answer = await call(gateway.origin, path, { body: chatTo('relay/m') });
    expect(answer.status).toBe(200);
    expect(provider.requests.at(-1)?.url).toBe(`/v1${path}`);
  },
);

test.each([
  'generateContent',
  'streamGenerateContent',
  'countTokens',
  'embedContent',
  'batchEmbedContents',
])(
  'Gemini’s %s is served under /v1beta and /v1, with slashes in the model raw or escaped',
  async (method) => {
    for (const version of ['v1beta', 'v1']) {
      for (const model of ['relay/m', 'relay%2Fm', 'm']) {
        const path = `/${version}/models/${model}:${method}?alt=sse`;
        const answer = await call(gateway.origin, path, { body: { contents: [] } });
        expect(answer.status, path).toBe(200);
        expect(provider.requests.at(-1)?.url).toBe(`/v1beta/models/m:${method}?alt=sse`);
      }
    }
  },
);

test('a model whose own name has slashes and spaces is sent escaped, segment by segment', async () => {
  for (const model of ['relay/deep/sub%20m', 'relay%2Fdeep%2Fsub%20m']) {
    const path = `/v1beta/models/${model}:generateContent`;
    expect((await call(gateway.origin, path, { body: { contents: [] } })).status).toBe(200);
    expect(provider.requests.at(-1)?.url).toBe('/v1beta/models/deep/sub%20m:generateContent');
  }
});

test('the query is forwarded too', async () => {
  await call(gateway.origin, '/v1/messages?beta=true&x=a%20b', { body: chatTo('relay/m') });
  expect(provider.requests.at(-1)?.url).toMatch(/^\/v1\/messages\?beta=true&x=a(%20|\+)b$/);
});

test('a channel is pinned by header or query, neither of which is forwarded', async () => {
  const id = gateway.targetIds.relay;
  const byHeader = { headers: { 'x-target-id': `${id}` }, body: chatTo('m') };
  expect((await call(gateway.origin, '/v1/messages', byHeader)).status).toBe(200);
  expect(provider.requests.at(-1)?.headers).not.toHaveProperty('x-target-id');
  const path = `/v1/messages?target_id=${id}&beta=true`;
  const byQuery = await call(gateway.origin, path, { body: chatTo('m') });
  expect(byQuery.headers['x-proxy-target-id']).toBe(`${id}`);
  expect(provider.requests.at(-1)?.url).toBe('/v1/messages?beta=true');
  for (const wrong of ['999', 'abc', '']) {
    const headers = { 'x-target-id': wrong };
    const answer = await call(gateway.origin, '/v1/messages', { headers, body: chatTo('m') });
    expect(answer.status, wrong).toBe(404);
  }
});

test.each(['/', '/api/hello'])('HEAD %s is 200 without a key', async (path) => {
  expect((await call(gateway.origin, path, { method: 'HEAD', key: null })).status).toBe(200);
});

test('other paths are left to other handlers', async () => {
  for (const path of ['/', '/api/targets', '/modelsx', '/v2/models']) {
    expect((await call(gateway.origin, path)).text, path).toBe('not the gateway');
  }
});
