import { type BalanceRow, type ChannelBalance, proxyRequestSchema } from '@api-monitor/core';
import { sampleOf } from '@api-monitor/core/testing';
import { getTarget, hashedKeysOf, recordProxyRequests, saveChannelBalance } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { newTarget, openTestApi } from './open-test-api.ts';

const hourS = 3600;

/** A channel whose balance fell by a dollar an hour for ten hours. */
async function withBalance(more: Partial<ChannelBalance['keys'][number]> = {}) {
  const api = await openTestApi();
  await api.asAdmin('POST', '/api/targets', newTarget);
  const target = await getTarget(api.db, 1);
  const key = (target && hashedKeysOf(api.db, target)[0]?.hash) ?? '';
  const { now } = api.clock;
  const reading = { source: 'new_api', unit: 'USD', used: 3, ...more } as const;
  const rows = Array.from({ length: 11 }, (_, hours): BalanceRow => {
    const at = now - (10 - hours) * hourS;
    const { source, unit, used } = reading;
    return { target_id: 1, key, at, source, amount: 20 - hours, unit, used };
  });
  await saveChannelBalance(
    api.db,
    {
      ...{ target_id: 1, due_at: now + 900, asked_at: now, source: 'new_api', fault: null },
      ...{ message: null, failures: 0, multipliers_at: now, books_since: null },
      multipliers: [{ group: 'default', value: 0.8 }],
      keys: [
        {
          ...{ key, name: '', ...reading, amount: 10, per_usd: 1, granted: 30, at: now },
          ...{ expires_at: null, spent_per_day: 24, days_left: 10 / 24 },
          ...{ fell_last_day: 10, fell_usual_day: null, ...more },
        },
      ],
    },
    rows,
  );
  return api;
}

test('a channel says what it has left, to admins alone', async () => {
  const { asAdmin, asVisitor } = await withBalance();
  const { json } = await asAdmin('GET', '/api/targets');
  expect(json.items[0].balance).toMatchObject({
    ...{ amount: 10, unit: 'USD', unlimited: false, source: 'new_api', is_low: true },
  });
  const seen = await asVisitor('GET', '/api/targets');
  expect(seen.json.items[0].balance).toBeNull();
  expect((await asVisitor('GET', '/api/targets/1')).json.item.balance).toBeNull();
  expect((await asVisitor('GET', '/api/targets/1/balance')).status).toBe(403);
  expect((await asVisitor('POST', '/api/targets/1/balance')).status).toBe(403);
});

test('a channel that is never asked shows no balance', async () => {
  const { asAdmin } = await withBalance();
  await asAdmin('PATCH', '/api/targets/1', { balance_interval_min: 0 });
  const { json } = await asAdmin('GET', '/api/targets/1/balance');
  expect(json.item).toMatchObject({ balance: null, due_at: null });
});

test('the history of a balance is read by days, with the multipliers and no hash of a key', async () => {
  const { asAdmin, clock } = await withBalance();
  const { json, text } = await asAdmin('GET', '/api/targets/1/balance');
  expect(json.item).toMatchObject({
    ...{ target_id: 1, source: 'new_api', fault: null, due_at: clock.now + 900 },
    multipliers: [{ group: 'default', value: 0.8 }],
    keys: [{ amount: 10, days_left: 10 / 24 }],
    series: [{ name: '', unit: 'USD', top_ups: [] }],
  });
  expect(json.item.series[0].points).toHaveLength(11);
  expect(text).not.toContain('"key"');
  clock.now += 86_400;
  const later = await asAdmin('GET', '/api/targets/1/balance?days=1');
  expect(later.json.item.series[0].points).toHaveLength(1);
  const wrong = await asAdmin('GET', '/api/targets/1/balance?days=0');
  expect([wrong.status, wrong.json.fields]).toEqual([
    400,
    { days: { code: 'too_small', bound: 1 } },
  ]);
});

test('a channel that was never asked has nothing to show', async () => {
  const { asAdmin } = await openTestApi();
  await asAdmin('POST', '/api/targets', newTarget);
  const { json } = await asAdmin('GET', '/api/targets/1/balance');
  expect(json.item).toMatchObject({ balance: null, asked_at: null, keys: [], series: [] });
  expect(json.item.books).toMatchObject({ is_closed: false, reason: 'no_balance' });
  expect((await asAdmin('GET', '/api/targets/2/balance')).status).toBe(404);
});

test('a person may have a balance asked for at once', async () => {
  const { asAdmin, bus } = await withBalance();
  const { status, json } = await asAdmin('POST', '/api/targets/1/balance');
  expect([status, json.ok]).toEqual([200, true]);
  const jobs: unknown[] = [];
  bus.balancePolls.consume(async (job) => void jobs.push(job), { concurrency: 1 });
  await expect.poll(() => jobs).toEqual([{ target_id: 1, is_forced: true }]);
});

test('books in a unit of unknown worth stay open', async () => {
  const { asAdmin } = await withBalance({ unit: 'CNY', per_usd: null });
  const { json } = await asAdmin('GET', '/api/targets/1/balance');
  expect(json.item.books).toMatchObject({ is_closed: false, reason: 'unknown_unit', days: [] });
});

test('two channels with one key share their books, and other keys of one account leave them open', async () => {
  const { asAdmin, db, clock } = await withBalance();
  const second = { ...newTarget, name: 'second', base_url: 'https://relay.example/anthropic' };
  await asAdmin('POST', '/api/targets', second);
  const halves = [1, 2].flatMap((target_id) =>
    Array.from({ length: 11 }, (_, hours) => ({
      ...{ ...sampleOf(proxyRequestSchema), request_id: `${target_id} ${hours}`, attempts: [] },
      ...{ target_id, key_id: null, timestamp: clock.now - hours * hourS, cost: 0.5, status: 200 },
    })),
  );
  await recordProxyRequests(db, halves);
  const books = async () => (await asAdmin('GET', '/api/targets/1/balance')).json.item.books;
  const found = await books();
  expect(found).toMatchObject({ is_closed: true, difference: null });
  for (const { from, to, charged, counted } of found.days) {
    expect(charged).toBeCloseTo((to - from) / hourS);
    expect(counted).toBeCloseTo(charged);
  }
  // Only new-api keeps a balance for each key.
  await asAdmin('PATCH', '/api/targets/2', { api_key: 'sk-other-0123456789abcdef' });
  const alone = await books();
  expect(alone.days[0].charged).toBeCloseTo(2 * alone.days[0].counted);
  const { db: other, asAdmin: asOther } = await withBalance({ source: 'sub2api' });
  await asOther('POST', '/api/targets', { ...second, api_key: 'sk-other-0123456789abcdef' });
  const open = (await asOther('GET', '/api/targets/1/balance')).json.item.books;
  expect([open.reason, await getTarget(other, 2)]).toMatchObject(['several_keys', { id: 2 }]);
});
