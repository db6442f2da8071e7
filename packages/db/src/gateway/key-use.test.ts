import { expect, test } from 'vitest';
import { keyInput, proxyRequest } from '../../test/proxy-samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createProxyKey,
  getProxyKey,
  listProxyKeyRevisions,
  pruneProxyRequests,
  readBudgets,
  readKeyUse,
  recordProxyRequests,
  repriceRequests,
} from '../index.ts';

const hour = 3600;
const day = 24 * hour;

async function withRequests() {
  const db = await tempDatabase();
  const { id } = await createProxyKey(db, keyInput(), 1);
  const sent = { key_id: id, input_tokens: 10, output_tokens: 5 };
  await recordProxyRequests(
    db,
    [
      { ...sent, timestamp: 40 * day + 100 },
      { ...sent, timestamp: 41 * day + 20 * 60 },
      { ...sent, timestamp: 41 * day + 45 * 60 },
      { ...sent, timestamp: 41 * day + 3 * hour, status: 502 },
      // These count for nothing: no channel was asked, no model, or nobody answers for it.
      { ...sent, timestamp: 41 * day + 3 * hour, target_id: null, status: 404 },
      { ...sent, timestamp: 41 * day + 3 * hour, route: 'files' as const },
      { ...sent, timestamp: 41 * day + 3 * hour, route: 'count-tokens' as const },
      { ...sent, timestamp: 41 * day + 3 * hour, refused_for: 'budget' as const, status: 402 },
      { ...sent, timestamp: 41 * day + 3 * hour, key_id: null },
      { ...sent, timestamp: 41 * day + 3 * hour, key_id: 77 },
    ].map((fields, at) => proxyRequest({ request_id: `r${at}`, ...fields })),
  );
  return { db, id };
}

test('what a key used is summed from the hours, and from the requests of an hour that a period divides', async () => {
  const { db, id } = await withRequests();
  const since = [0, 41 * day, 41 * day + 30 * 60, 41 * day + 4 * hour];
  const uses = await readKeyUse(
    db,
    since.map((since_s) => ({ key_id: id, since_s })),
  );
  expect(uses.map(({ requests, tokens }) => [requests, tokens])).toEqual([
    ...[
      [4, 60],
      [3, 45],
      [2, 30],
      [0, 0],
    ],
  ]);
  expect(await readKeyUse(db, [{ key_id: 99, since_s: 0 }])).toEqual([
    { cost: 0, requests: 0, tokens: 0 },
  ]);
});

test('retention keeps what keys had used in all, and the totals of a month', async () => {
  const { db, id } = await withRequests();
  const asks = [{ key_id: id, since_s: 0 }];
  const before = await readKeyUse(db, asks);
  const batches = { batchSize: 100, before: 60 * day };
  await pruneProxyRequests(db, { ...batches, nowS: 41 * day + 31 * day });
  expect(await readKeyUse(db, [{ key_id: id, since_s: 41 * day }])).toMatchObject([
    { requests: 3 },
  ]);
  for (const nowS of [80 * day, 80 * day]) await pruneProxyRequests(db, { ...batches, nowS });
  expect(await readKeyUse(db, asks)).toEqual(before);
  expect(await readKeyUse(db, [{ key_id: id, since_s: 1 }])).toMatchObject([{ requests: 0 }]);
});

test('what is priced again counts at its new price, and gateways learn of it', async () => {
  const { db, id } = await withRequests();
  const asks = [{ key_id: id, since_s: 0 }];
  const revision = async () => (await listProxyKeyRevisions(db))[0]?.revision;
  const before = await revision();
  const step = { from: 0, to: 60 * day, after: null, limit: 100, isDryRun: false };
  await repriceRequests(db, { ...step, priceOf: () => ({ cost: 0.25, price: null }) });
  expect(await readKeyUse(db, asks)).toMatchObject([{ requests: 4, cost: 1 }]);
  expect(await revision()).toBe((before ?? 0) + 1);
  await repriceRequests(db, { ...step, priceOf: () => ({ cost: 0.25, price: null }) });
  expect(await revision()).toBe((before ?? 0) + 1);
});

test('each budget of a key has its own period, in the key’s time zone', async () => {
  const { db, id } = await withRequests();
  const limits = { requests_per_day: 5, tokens_per_month: 100, requests_total: 9 };
  const { id: other } = await createProxyKey(
    db,
    { ...keyInput({ key_hash: 'b', ...limits }), budget_time_zone: 'Asia/Kolkata' },
    1,
  );
  await recordProxyRequests(db, [
    // The day begins there at 18:30 UTC.
    proxyRequest({ request_id: 'a', key_id: other, timestamp: 40 * day + 18 * hour + 29 * 60 }),
    proxyRequest({ request_id: 'b', key_id: other, timestamp: 40 * day + 18 * hour + 30 * 60 }),
  ]);
  const keys = await Promise.all([id, other].map((one) => getProxyKey(db, one)));
  const readings = await readBudgets(
    db,
    keys.flatMap((key) => key ?? []),
    41 * day + 5,
  );
  const started_at = 40 * day + 18 * hour + 30 * 60;
  expect(readings).toMatchObject([
    { key_id: other, unit: 'requests', period: 'day', limit: 5, used: 1, started_at },
    { unit: 'requests', period: 'total', limit: 9, used: 2, started_at: 0, resets_at: null },
    { unit: 'tokens', period: 'month', limit: 100, used: 60 },
  ]);
});
