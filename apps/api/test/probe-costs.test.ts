import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

/** A channel that was probed once, its models asked with 21 tokens each. */
async function withChannel(models: readonly string[]) {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', newTarget);
  const probes = models.map((model) => probe({ model, timestamp: api.clock.now }));
  await recordRun(api.db, 1, api.clock.now, probes, { listed_models: [...models] });
  const preview = async (body: object) =>
    (await api.asAdmin('POST', '/api/targets/preview', body)).json.item;
  return { ...api, preview };
}

const many = Array.from({ length: 12 }, (_, index) => `model-${index}`);

test('what a new channel will cost is said for each model, as its list is not known', async () => {
  const { preview } = await withChannel([]);
  expect(await preview({})).toMatchObject({
    ...{ models: [], is_list_known: false, runs_per_day: 48, is_measured: false },
    ...{ requests_per_day: 0, per_model: { requests_per_day: 48 } },
  });
  const typed = { models_mode: 'manual', models: ['a', 'b', 'dall-e-3'], interval_min: 60 };
  const item = await preview({ ...typed, dont_probe: ['b'] });
  expect(item).toMatchObject({ models: ['a'], is_list_known: true, requests_per_day: 24 });
  expect(item.tokens_per_day).toBe(24 * item.tokens_per_question);
});

test('a known channel costs what its models have cost today', async () => {
  const { preview } = await withChannel(many);
  expect(await preview({ target_id: 1 })).toMatchObject({
    ...{ is_list_known: true, tokens_per_question: 21, is_measured: true },
    ...{ requests_per_day: 12 * 48, tokens_per_day: 12 * 48 * 21, is_limited: false },
  });
  const changed = { selected_models: ['model-1', 'model-2'], probe_requests_per_day: 10 };
  expect(await preview({ target_id: 1, ...changed })).toMatchObject({
    ...{ models: ['model-1', 'model-2'], requests_per_day: 10, is_limited: true },
  });
  const asked = await preview({ target_id: 1, prompt: 'Who are you?' });
  expect(asked.is_measured).toBe(false);
});

test('what cannot be previewed is refused', async () => {
  const { asAdmin, asVisitor } = await withChannel([]);
  const path = '/api/targets/preview';
  const unknown = await asAdmin('POST', path, { target_id: 9 });
  expect([unknown.status, unknown.json.detail]).toEqual([404, 'there is no channel 9']);
  const bad = await asAdmin('POST', path, { interval_min: 0 });
  expect([bad.status, bad.json.fields]).toEqual([
    400,
    { interval_min: { code: 'too_small', bound: 1 } },
  ]);
  expect((await asVisitor('POST', path, {})).status).toBe(403);
});

test('what probes have cost today is shown by model and by channel', async () => {
  const { asVisitor, asAdmin, clock } = await withChannel(['a', 'b']);
  await asAdmin('PATCH', '/api/targets/1', { probe_requests_per_day: 100 });
  const { json } = await asAdmin('GET', '/api/targets/1/probe-usage');
  expect(json.item).toEqual({
    target_id: 1,
    since: Math.floor(clock.now / 86_400) * 86_400,
    ...{ requests: 2, tokens: 42, cost: 0, unpriced: 2 },
    ...{ probe_requests_per_day: 100, probe_tokens_per_day: 0 },
    models: [
      { model: 'a', requests: 1, tokens: 21, cost: 0, unpriced: 1 },
      { model: 'b', requests: 1, tokens: 21, cost: 0, unpriced: 1 },
    ],
  });
  const shown = { probe_requests_today: 2, probe_tokens_today: 42 };
  expect((await asVisitor('GET', '/api/targets/1')).json.item).toMatchObject(shown);
  clock.now += 86_400;
  const later = { probe_requests_today: 0, probe_tokens_today: 0 };
  expect((await asVisitor('GET', '/api/targets')).json.items[0]).toMatchObject(later);
});

test('how many probes at a time a channel bears is shown once it was learnt', async () => {
  const { asVisitor, db, clock } = await withChannel(['a']);
  const shown = async () =>
    (await asVisitor('GET', '/api/targets')).json.items[0].probe_concurrency;
  expect(await shown()).toBeNull();
  await recordRun(db, 1, clock.now, [probe()], { probe_concurrency: 2 });
  expect(await shown()).toBe(2);
});

test('visitors learn nothing of money', async () => {
  const { asAdmin, asVisitor, db, clock } = await withChannel([]);
  const money = { prices: ['a = input 1, output 2'], price_multiplier: 0.3, unit_cost: 0.14 };
  await asAdmin('PATCH', '/api/targets/1', money);
  await recordRun(db, 1, clock.now, [probe({ cost: 0.125 })]);
  const paths = ['', '/logs', '/runs', '/probe-usage'].map((path) => `/api/targets/1${path}`);
  for (const path of ['/api/targets', ...paths, '/api/models']) {
    const { status, text } = await asVisitor('GET', path);
    expect(status).toBe(200);
    expect(text, path).not.toMatch(/0\.3\b|0\.14|0\.125|input 1, output 2/);
  }
  expect((await asAdmin('GET', '/api/targets/1/logs')).json.items[0].cost).toBe(0.125);
  expect((await asAdmin('GET', '/api/targets/1')).json.item).toMatchObject(money);
});
