import { type ProxyRequest, proxyRequestSchema } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { recordProxyRequests } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

const path = '/api/proxy/spend';
const dayS = 86_400;

function requestOf(at: number, fields: Partial<ProxyRequest> = {}): ProxyRequest {
  return {
    ...sampleOf(proxyRequestSchema),
    ...{ request_id: `req-${at}-${fields.model}`, timestamp: at, key_id: 1, key_name: 'editor' },
    ...{ target_id: 1, target_name: 'relay', model: 'gpt-4o', status: 200, error: null },
    ...{ attempts: [], refused_for: null, input_tokens: 1000, output_tokens: 10, cost: 0.5 },
    ...fields,
  };
}

/** Two channels with tags, and three days of requests; now is 08:00 UTC of the last day. */
async function withSpend() {
  const api = await openTestApi();
  const { asAdmin, db, clock } = api;
  await asAdmin('POST', '/api/targets', { ...newTarget, tags: ['cheap', 'eu'] });
  await asAdmin('POST', '/api/targets', { ...newTarget, name: 'other', tags: ['EU'] });
  const today = Math.floor(clock.now / dayS) * dayS;
  await recordProxyRequests(db, [
    requestOf(today - 2 * dayS),
    requestOf(today - 1, { target_id: 2, target_name: 'other', cost: 0.25 }),
    requestOf(today + 60, { key_id: null, key_name: 'master', model: 'o1', cost: null }),
    requestOf(today + 120, { cost: 0.125 }),
  ]);
  const get = async (query = '') => (await asAdmin('GET', `${path}${query}`)).json;
  return { ...api, get, today };
}

test('a week by model is what is asked for by default, with what has no price', async () => {
  const { get, today, clock } = await withSpend();
  const spend = await get();
  expect(spend).toMatchObject({
    ...{ group_by: 'model', zone: 'UTC', currency: 'USD', is_overlapping: false },
    ...{ from: today - 6 * dayS, to: clock.now, unpriced: [{ model: 'o1', requests: 1 }] },
    total: { requests: 4, unpriced: 1, cost: 0.875, costs: [0, 0, 0, 0, 0.5, 0.25, 0.125] },
    items: [
      { group: 'gpt-4o', requests: 3, cost: 0.875, costs: [0, 0, 0, 0, 0.5, 0.25, 0.125] },
      { group: 'o1', requests: 1, cost: 0, unpriced: 1 },
    ],
  });
  expect(spend.days).toHaveLength(7);
});

test('a range is whole days of the zone, of any grouping', async () => {
  const { get, today } = await withSpend();
  const range = `from=${today}&to=${today + 1}`;
  const day = await get(`?${range}&group_by=key`);
  expect(day).toMatchObject({ days: [today], total: { requests: 2, cost: 0.125 } });
  expect(day.items).toMatchObject([
    { group: 1, name: 'editor', cost: 0.125 },
    { group: null, name: 'master', unpriced: 1 },
  ]);
  const kolkata = await get(`?${range}&zone=Asia/Kolkata&group_by=channel`);
  expect(kolkata).toMatchObject({ from: today - 5.5 * 3600, total: { requests: 3, cost: 0.375 } });
  expect(kolkata.items).toMatchObject([
    { group: 2, name: 'other', cost: 0.25 },
    { group: 1, name: 'relay', cost: 0.125 },
  ]);
});

test('a channel counts under each of its tags, however they are spelt', async () => {
  const { get, asAdmin } = await withSpend();
  const tagged = async () => {
    const { items, is_overlapping, total } = await get('?group_by=tag');
    const costs = items.map((one: { group: string; cost: number }) => [one.group, one.cost]);
    return [Object.fromEntries(costs), is_overlapping, total.cost];
  };
  expect(await tagged()).toEqual([{ eu: 0.875, cheap: 0.625 }, true, 0.875]);
  await asAdmin('PATCH', '/api/targets/1', { tags: [] });
  expect(await tagged()).toEqual([{ EU: 0.25, null: 0.625 }, false, 0.875]);
  const { items } = (await asAdmin('GET', '/api/proxy/requests/totals?group_by=tag')).json;
  expect(items).toMatchObject([
    { group: null, requests: 3, cost: 0.625 },
    { group: 'EU', requests: 1 },
  ]);
});

test('what checks cost is shown beside what requests cost', async () => {
  const { get, db, clock } = await withSpend();
  const checks = { timestamp: clock.now - 60, input_tokens: 9, output_tokens: 12 };
  await recordRun(db, 1, clock.now, [probe(checks)]);
  await recordRun(db, 2, clock.now, [probe({ ...checks, model: 'o1' })]);
  const { probes, total } = await get('?group_by=channel');
  expect(total.cost).toBe(0.875);
  expect(probes).toMatchObject({
    ...{ requests: 2, tokens: 42, period_s: 21_600 },
    items: [
      { group: 1, requests: 1, tokens: 21 },
      { group: 2, requests: 1, tokens: 21 },
    ],
  });
  expect(probes.costs).toHaveLength(7);
  expect((await get('?model=o1')).probes).toMatchObject({ requests: 1, tokens: 21 });
});

test('checks of the present period count although time passes while they are read', async () => {
  const { get, db, clock } = await withSpend();
  await recordRun(db, 1, clock.now, [probe({ timestamp: clock.now - 60 })]);
  let { now } = clock;
  Object.defineProperty(clock, 'now', {
    get() {
      now += 0.001;
      return now;
    },
  });
  expect((await get()).probes).toMatchObject({ requests: 1 });
});

test.each([
  ['?from=9&to=9', 'from must be before to, and in the past'],
  ['?from=9&to=99999999', 'from must be at most 400 days before to'],
  ['?from=1e300', 'from must be before to, and in the past'],
  ['?group_by=day', 'group_by must be one of model, channel, key, tag'],
])('%s is refused: %s', async (query, detail) => {
  const { asAdmin } = await openTestApi();
  const { status, json } = await asAdmin('GET', `${path}${query}`);
  expect([status, json.detail]).toEqual([400, detail]);
});
