import type { BalanceRow, ChannelBalance } from '@api-monitor/core';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { runOnce, targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createTarget,
  type Database,
  deleteTarget,
  getChannelBalance,
  hashedKeysOf,
  listBalances,
  listChannelBalances,
  listDueBalances,
  pruneBalances,
  saveChannelBalance,
  updateTarget,
} from '../index.ts';

const nowS = 1_800_000_000;
const hourS = 3600;

const reading = { source: 'new_api', unit: 'USD', per_usd: 1, granted: 10, used: 2 } as const;
const known = (target_id: number, more: Partial<ChannelBalance> = {}): ChannelBalance => ({
  ...{ target_id, due_at: nowS + 1800, asked_at: nowS, source: 'new_api', fault: null },
  ...{ message: null, failures: 0, multipliers_at: nowS, books_since: null },
  multipliers: [{ group: null, value: 0.8 }],
  keys: [
    {
      ...{ key: 'k', name: '', ...reading, amount: 8, at: nowS, expires_at: null },
      ...{ spent_per_day: null, days_left: null, fell_last_day: null, fell_usual_day: null },
    },
  ],
  ...more,
});
const row = (target_id: number, at: number, more: Partial<BalanceRow> = {}): BalanceRow => ({
  ...{ target_id, key: 'k', at, source: 'new_api', amount: 8, unit: 'USD', used: 2, ...more },
});
async function withChannel(fields: Parameters<typeof targetInput>[0] = {}) {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(fields), 1);
  await runOnce(db, id, 10, []);
  return { db, id };
}
const timesOf = async (db: Database, target_id: number) =>
  (await listBalances(db, { target_id, from: 0 })).map(({ at }) => at).sort((a, b) => a - b);

test('channels from before have no balance, and can be given one', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0026-status-tags');
  await sql`insert into targets (name, base_url, api_key, created_at, updated_at, last_run_at)
    values ('old', 'https://old.example', '', 1, 1, 5)`.execute(earlier);
  await earlier.destroy();
  const db = await openIn(dataDir);
  expect(await listDueBalances(db, nowS)).toEqual([1]);
  await saveChannelBalance(db, known(1), [row(1, nowS)]);
  expect(await listChannelBalances(db)).toEqual([known(1)]);
  expect(await listBalances(db, { target_id: 1, from: 0 })).toEqual([row(1, nowS)]);
});

test('a channel is due at first, when its time has come, and if a wrong clock has planned it', async () => {
  const { db, id } = await withChannel();
  expect(await listDueBalances(db, nowS)).toEqual([id]);
  await saveChannelBalance(db, known(id), []);
  expect(await listDueBalances(db, nowS + 1799)).toEqual([]);
  expect(await listDueBalances(db, nowS + 1800)).toEqual([id]);
  expect(await listDueBalances(db, nowS + 1800, id + 1)).toEqual([]);
  await saveChannelBalance(db, known(id, { due_at: nowS + 1e9 }), []);
  expect(await listDueBalances(db, nowS)).toEqual([id]);
});

test('a channel that never ran isn’t due', async () => {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  expect(await listDueBalances(db, nowS)).toEqual([]);
});

test('disabled and deleted channels, and those that aren’t to be asked, are never due', async () => {
  const { db, id } = await withChannel();
  await updateTarget(db, id, { balance_interval_min: 0 }, 2);
  expect(await listDueBalances(db, nowS)).toEqual([]);
  await updateTarget(db, id, { balance_interval_min: 30, enabled: false }, 2);
  expect(await listDueBalances(db, nowS)).toEqual([]);
  await updateTarget(db, id, { enabled: true }, 2);
  await saveChannelBalance(db, known(id), [row(id, nowS)]);
  await deleteTarget(db, id, 3);
  expect(await listDueBalances(db, nowS)).toEqual([]);
  expect(await listChannelBalances(db)).toEqual([]);
  expect(await timesOf(db, id)).toEqual([]);
  await saveChannelBalance(db, known(id), [row(id, nowS)]);
  expect(await getChannelBalance(db, id)).toBeNull();
});

test('another key is asked for soon, and another address knows nothing', async () => {
  const { db, id } = await withChannel();
  await saveChannelBalance(db, known(id, { failures: 3 }), [row(id, nowS)]);
  await updateTarget(db, id, { name: 'Other' }, 2);
  expect(await listDueBalances(db, nowS)).toEqual([]);
  await updateTarget(db, id, { api_key: 'sk-other-0123456789' }, 2);
  expect(await listDueBalances(db, nowS)).toEqual([id]);
  expect(await getChannelBalance(db, id)).toMatchObject({ failures: 0, keys: [{ amount: 8 }] });
  await updateTarget(db, id, { base_url: 'https://other.example' }, 2);
  expect(await getChannelBalance(db, id)).toBeNull();
  expect(await timesOf(db, id)).toEqual([]);
});

test('the books begin again when a channel’s prices change', async () => {
  const { db, id } = await withChannel();
  await saveChannelBalance(db, known(id), []);
  const sinceOf = async (patch: Parameters<typeof updateTarget>[2]) => {
    await updateTarget(db, id, patch, nowS + 5);
    return (await getChannelBalance(db, id))?.books_since;
  };
  expect(await sinceOf({ price_multiplier: 1, prices: [], name: 'Other' })).toBeNull();
  expect(await sinceOf({ unit_cost: 0.14 })).toBe(nowS + 5);
  expect(await listDueBalances(db, nowS + 5)).toEqual([]);
});

test('a poll that was under way keeps the begin of the books, and stores nothing about another address', async () => {
  const { db, id } = await withChannel();
  await saveChannelBalance(db, known(id), []);
  await updateTarget(db, id, { price_multiplier: 2 }, nowS + 5);
  expect(await saveChannelBalance(db, known(id), [row(id, nowS)])).toBe(true);
  expect(await getChannelBalance(db, id)).toMatchObject({ books_since: nowS + 5 });
  const isElsewhere = ({ base_url }: { base_url: string }) => base_url === 'https://other.example';
  expect(await saveChannelBalance(db, known(id), [row(id, nowS + 9)], isElsewhere)).toBe(false);
  expect(await timesOf(db, id)).toEqual([nowS]);
});

test('a key has the same hash alone and in a list', async () => {
  const { db, id } = await withChannel({ api_key: 'sk-one-0123456789' });
  const hashesOf = async (keys: string[]) => {
    const target = await updateTarget(
      db,
      id,
      { keys: keys.map((api_key) => ({ name: '', api_key, enabled: true })) },
      2,
    );
    return target ? hashedKeysOf(db, target).map(({ hash }) => hash) : [];
  };
  const [alone] = await hashesOf([]);
  const [first, second] = await hashesOf(['sk-one-0123456789', 'sk-two-0123456789']);
  expect(first).toBe(alone);
  expect(second).not.toBe(first);
});

test('old balances are thinned to one in six hours for each key, and deleted in the end', async () => {
  const { db, id } = await withChannel();
  const start = nowS - (nowS % (6 * hourS));
  const times = Array.from({ length: 24 }, (_, index) => start + index * hourS);
  await saveChannelBalance(
    db,
    known(id),
    times.map((at) => row(id, at)),
  );
  await saveChannelBalance(db, known(id), [row(id, start + 7 * hourS, { key: 'other' })]);
  const pruned = { batchSize: 3, before: start + hourS, thinBefore: start + 15 * hourS };
  expect(await pruneBalances(db, pruned)).toBe(1 + 4 + 5 + 2);
  expect(await timesOf(db, id)).toEqual([
    ...[5, 7, 11, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23].map((hours) => start + hours * hourS),
  ]);
});

test('a channel’s balances are read since a time, of one key or of all', async () => {
  const { db, id } = await withChannel();
  const rows = [row(id, 1), row(id, 2, { amount: null, key: 'b' }), row(id, 3)];
  await saveChannelBalance(db, known(id), rows);
  expect(await listBalances(db, { target_id: id, from: 2 })).toEqual(rows.slice(1));
  expect(await listBalances(db, { target_id: id, from: 0, key: 'b' })).toEqual([rows[1]]);
  // By a clock that was set back.
  const last = row(id, 2, { amount: 1 });
  await saveChannelBalance(db, known(id), [last]);
  expect(await listBalances(db, { target_id: id, from: 0 })).toEqual([...rows, last]);
});
