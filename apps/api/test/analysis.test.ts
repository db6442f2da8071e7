import { expect, test } from 'vitest';

import { newTarget, openTestApi } from './open-test-api.ts';
import { failedProbe, probe, recordRun } from './record-run.ts';

const hour = 3600;

/** Two channels that offer `gpt-4o`, the second slower and failing at times, over the last hours. */
async function withHistory() {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', newTarget);
  await api.asAdmin('POST', '/api/targets', { ...newTarget, name: 'other' });
  const now = Math.floor(api.clock.now / hour) * hour;
  await recordRun(api.db, 1, now - 2 * hour, [
    probe({ timestamp: now - 2 * hour, duration: 1 }),
    failedProbe({ model: 'o1', timestamp: now - 2 * hour }),
  ]);
  await recordRun(api.db, 1, now, [probe({ timestamp: now, duration: 2 })]);
  await recordRun(api.db, 2, now, [
    failedProbe({ timestamp: now }),
    probe({ model: 'o3', timestamp: now }),
  ]);
  return { ...api, now };
}

test('the analysis of a channel has each model and the total, step by step', async () => {
  const { asAdmin, now } = await withHistory();
  const { status, json } = await asAdmin('GET', '/api/targets/1/analysis');
  expect(status).toBe(200);
  expect(json).toMatchObject({
    target: { id: 1, name: 'relay' },
    range: '24h',
    step_s: hour,
    accuracy: 0.02,
    total: {
      probes: 3,
      successes: 2,
      availability: 75,
      errors: [{ kind: 'rate_limit', count: 1 }],
    },
  });
  expect(json.steps).toHaveLength(24);
  expect(json.steps.at(-1)).toBe(now);
  const [{ kind, counts }] = json.total.series.errors;
  expect([kind, counts.slice(-4)]).toEqual(['rate_limit', [0, 1, 0, 0]]);
  expect(json.items[0].series.errors).toEqual([]);
  const [first, second] = json.items;
  expect([first.model, second.model]).toEqual(['gpt-4o', 'o1']);
  expect(first).toMatchObject({ target_name: 'relay', probes: 2, availability: 100, errors: [] });
  expect(first.latency_p50_s).toBeCloseTo(1, 1);
  expect(first.latency_p95_s).toBeCloseTo(2, 0);
  expect(first.series.probes.slice(-3)).toEqual([1, 0, 1]);
  expect(first.series.latency_p50_s.slice(-2)[0]).toBeNull();
  expect(second).toMatchObject({ availability: 0, latency_p50_s: null, first_token_p95_s: null });
});

test('the analysis of a model has each channel', async () => {
  const { asAdmin } = await withHistory();
  const { json } = await asAdmin('GET', '/api/models/analysis?model=gpt-4o&range=90d');
  expect(json.steps).toHaveLength(90);
  expect(json).toMatchObject({
    model: 'gpt-4o',
    range: '90d',
    step_s: 86_400,
    total: { probes: 3, successes: 2 },
    items: [
      { target_id: 1, target_name: 'relay', probes: 2, successes: 2 },
      { target_id: 2, target_name: 'other', probes: 1, successes: 0 },
    ],
  });
});

test('a deleted channel is left out of the figures of a model', async () => {
  const { asAdmin } = await withHistory();
  await asAdmin('DELETE', '/api/targets/2');
  const { json } = await asAdmin('GET', '/api/models/analysis?model=gpt-4o');
  expect(json.items.map((item: { target_id: number }) => item.target_id)).toEqual([1]);
  expect(json.total.probes).toBe(2);
});

test('a range without probes has no figures', async () => {
  const { asAdmin } = await openTestApi();
  await asAdmin('POST', '/api/targets', newTarget);
  const { json } = await asAdmin('GET', '/api/targets/1/analysis?range=7d');
  expect(json).toMatchObject({ items: [], total: { probes: 0, availability: null } });
  expect(json.steps).toHaveLength(28);
});

test.each([
  ['/api/targets/1/analysis?range=1y', 400, 'range must be one of 24h, 7d, 30d, 90d'],
  ['/api/models/analysis', 400, 'model'],
  ['/api/targets/9/analysis', 404, 'there is no channel 9'],
])('%s is refused: %i', async (path, status, detail) => {
  const { asAdmin } = await openTestApi();
  const answer = await asAdmin('GET', path);
  expect([answer.status, answer.json.detail.slice(0, detail.length)]).toEqual([status, detail]);
});

test('every model is listed with its channels, first those that the gateway would choose', async () => {
  const { asAdmin } = await withHistory();
  const { json } = await asAdmin('GET', '/api/models');
  expect(json).toMatchObject({ policy: 'latency', bare_models: true });
  expect(json.items.map((item: { model: string }) => item.model)).toEqual(['gpt-4o', 'o3']);
  expect(json.items[0]).toMatchObject({
    protocol: 'openai',
    chosen_target_id: 1,
    channels: [
      { rank: 1, target_name: 'relay', refused: null, is_alive: true, latency_s: 2, enabled: true },
      {
        rank: null,
        target_name: 'other',
        refused: 'its latest probe failed',
        error_kind: 'rate_limit',
      },
    ],
  });
});

test('without bare names no channel is chosen, but the order is shown all the same', async () => {
  const { asAdmin, db } = await openTestApi({ givenSettings: { bare_models: false } });
  await asAdmin('POST', '/api/targets', newTarget);
  await recordRun(db, 1, 1_800_000_000, [probe({ timestamp: 1_800_000_000 })]);
  const { json } = await asAdmin('GET', '/api/models');
  expect(json.bare_models).toBe(false);
  expect(json.items[0]).toMatchObject({ chosen_target_id: null, channels: [{ rank: 1 }] });
});

test.each(['/api/models', '/api/models/analysis?model=gpt-4o', '/api/targets/1/analysis'])(
  'visitors may read %s, which has no key in it; strangers may not',
  async (path) => {
    const { asVisitor, asNobody } = await withHistory();
    const { status, text } = await asVisitor('GET', path);
    expect(status).toBe(200);
    expect(text).not.toContain('api_key');
    expect(text).not.toContain('base_url');
    expect((await asNobody('GET', path)).status).toBe(401);
  },
);
