import { expect, test } from 'vitest';
import { call } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

async function start(models: readonly string[], bare_models = true) {
  const named = Object.fromEntries(models.map((model) => [model, 'good' as const]));
  const provider = await providerForTest(named, { hasSideEndpoints: true });
  const listed = Object.fromEntries(models.map((model) => [model, { isSkipped: true }]));
  const channels = { relay: { origin: provider.origin, models: listed } };
  const gateway = await gatewayForTest({ channels, settings: { bare_models } });
  return { gateway, provider };
}

const path = '/v1/moderations';

test.each([
  ['its default', ['text-moderation-007', 'omni-moderation-latest'], 'omni-moderation-latest'],
  ['another one if no channel lists that', ['text-moderation-007'], 'text-moderation-007'],
])('a moderation without a model gets OpenAI’s %s', async (_, models, wanted) => {
  for (const bare_models of [true, false]) {
    const { gateway, provider } = await start(models, bare_models);
    const answer = await call(gateway.origin, path, { body: '{ "input": "x" }' });
    expect(answer.status).toBe(200);
    expect(provider.requests.at(-1)).toMatchObject({
      url: path,
      body: { model: wanted, input: 'x' },
    });
    expect(await call(gateway.origin, path, { body: '{}' })).toMatchObject({ status: 200 });
  }
});

test('without any moderation model the answer says so', async () => {
  const { gateway } = await start(['m']);
  const { status, json } = await call(gateway.origin, path, { body: { input: 'x' } });
  expect([status, json.error.code]).toEqual([404, 'model_not_found']);
  expect(json.error.message).toContain('omni-moderation-latest');
});

test('every other endpoint must name its model', async () => {
  const { gateway } = await start(['m']);
  const { status, json } = await call(gateway.origin, '/v1/embeddings', { body: { input: 'x' } });
  expect([status, json.error.param]).toEqual([400, 'model']);
});
