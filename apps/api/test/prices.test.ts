import { type ProxyRequest, proxyAttemptSchema, proxyRequestSchema } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { listProxyRequests, recordProxyRequests, sumProxyRequests } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';
import { probe, recordRun } from './record-run.ts';

const attempts = [sampleOf(proxyAttemptSchema)];

function requestOf(fields: Partial<ProxyRequest>): ProxyRequest {
  return {
    ...sampleOf(proxyRequestSchema),
    ...{ key_name: 'master', target_id: 1, target_name: 'Relay', route: 'chat', status: 200 },
    ...{ attempts, input_tokens: 1_000_000, output_tokens: 0, ...fields },
  };
}

async function start() {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', { ...newTarget, price_multiplier: 0.5 });
  const models = ['gpt-4o', 'in-house'];
  await recordRun(
    api.db,
    1,
    api.clock.now,
    models.map((model) => probe({ model })),
  );
  return api;
}

test('every known model is listed with its price, and what has none comes first', async () => {
  const { asAdmin, asVisitor, db, clock } = await start();
  const timestamp = clock.now - 60;
  await recordProxyRequests(db, [requestOf({ request_id: 'a', model: 'in-house', timestamp })]);
  const { status, json } = await asAdmin('GET', '/api/prices');
  expect(status).toBe(200);
  expect(json).toMatchObject({ currency: 'USD', rules: [], data: { source: '', error: null } });
  expect(json.items).toMatchObject([
    { target_id: 1, model: 'in-house', price: null, unpriced_requests: 1 },
    {
      ...{ target_id: 1, model: 'gpt-4o', unpriced_requests: 0 },
      price: { source: 'table', multiplier: 0.5, prices: [{ input: 1.25, output: 5 }] },
    },
  ]);
  expect((await asVisitor('GET', '/api/prices')).status).toBe(403);
});

test('prices for all channels are set, and wrong ones are refused by line', async () => {
  const { asAdmin } = await start();
  const bad = await asAdmin('PUT', '/api/prices', {
    prices: ['in-house = input 1, output 2', 'x'],
  });
  expect([bad.status, bad.json.fields]).toEqual([400, { 'prices.1': { code: 'wrong_price' } }]);
  const { json } = await asAdmin('PUT', '/api/prices', {
    prices: ['in-house = input 1, output 2'],
  });
  expect(json.rules).toEqual(['in-house = input 1, output 2']);
  expect(json.items.find(({ model }: { model: string }) => model === 'in-house').price).toEqual({
    ...{ source: 'setting', multiplier: 0.5, prices: [{ input: 0.5, output: 1 }] },
  });
  expect((await asAdmin('GET', '/api/admin/audit')).status).not.toBe(500);
});

test('stored requests are priced again in steps, after a look at the difference, and the totals follow', async () => {
  const { asAdmin, db, clock } = await start();
  const from = clock.now - 7200;
  const requests = Array.from({ length: 620 }, (_, at) =>
    requestOf({ request_id: `r${at}`, model: 'in-house', timestamp: from + at }),
  );
  const gone = requestOf({ request_id: 'gone', target_id: 9, timestamp: from, cost: 3 });
  const later = requestOf({ request_id: 'later', model: 'in-house', timestamp: clock.now });
  await recordProxyRequests(db, [...requests, gone, later]);
  await asAdmin('PUT', '/api/prices', { prices: ['in-house = input 1, output 2'] });
  const all = async (more: object) => {
    const sums = { requests: 0, changed: 0, cost_before: 0, cost_after: 0, unpriced_after: 0 };
    let [after, steps]: [object | null, number] = [null, 0];
    do {
      const body = { from, to: clock.now, ...more, after };
      const { json } = await asAdmin('POST', '/api/prices/reprice', body);
      for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += json[name];
      after = json.next;
      steps += 1;
    } while (after !== null);
    return { ...sums, steps };
  };
  const expected = { requests: 621, changed: 620, cost_before: 3, cost_after: 313, steps: 2 };
  expect(await all({})).toMatchObject(expected);
  expect(await sumProxyRequests(db, { group_by: 'channel' })).toMatchObject([
    { group: 1, cost: 0, unpriced: 621 },
    { group: 9, cost: 3, unpriced: 0 },
  ]);
  expect(await all({ dry_run: false })).toMatchObject(expected);
  expect(await sumProxyRequests(db, { group_by: 'channel' })).toMatchObject([
    { group: 1, cost: 310, unpriced: 1 },
    { group: 9, cost: 3, unpriced: 0 },
  ]);
  expect(await listProxyRequests(db, { limit: 3, model: 'in-house' })).toMatchObject([
    { request_id: 'later', cost: null },
    { cost: 0.5, price: { source: 'setting', multiplier: 0.5, input: 0.5, output: 1 } },
    {},
  ]);
  expect(await all({ dry_run: false })).toMatchObject({ changed: 0, cost_before: 313 });
  const wrong = await asAdmin('POST', '/api/prices/reprice', { from: 5, to: 5 });
  expect([wrong.status, wrong.json.fields]).toEqual([400, { to: { code: 'too_small', bound: 5 } }]);
});
