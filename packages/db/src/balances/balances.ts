import { type BalanceRow, balanceRowShape, fieldKindsOf } from '@api-monitor/core';
import { sql } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { createCodec } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { deleteRows, type Retention } from '../engine/delete-batches.ts';

const codec = createCodec<BalanceRow>(fieldKindsOf(balanceRowShape));

export async function insertBalances(
  { kysely }: Pick<Database, 'kysely'>,
  rows: readonly BalanceRow[],
): Promise<void> {
  for (const chunk of chunksOf(rows)) {
    await kysely
      .insertInto('balances')
      .values(chunk.map((row) => codec.toRow(row)))
      .execute();
  }
}

export interface ListBalancesInput {
  target_id: number;
  /** Unix seconds. */
  from: number;
  /** By its hash; absent: all keys. */
  key?: string;
}

/** More than a day of five hundred keys, or a year of one. */
const mostRows = 30_000;

/** The balances of a channel's keys since a time, in the order in which they were told. */
export async function listBalances(
  { kysely }: Database,
  { target_id, from, key }: ListBalancesInput,
): Promise<BalanceRow[]> {
  let query = kysely
    .selectFrom('balances')
    .select(['id', ...codec.columns])
    .where('target_id', '=', target_id)
    .where('at', '>=', from);
  if (key !== undefined) query = query.where('key', '=', key);
  const rows = await query.orderBy('at', 'desc').limit(mostRows).execute();
  // After a clock was set back, later ones have earlier times.
  return rows.sort((a, b) => a.id - b.id).map(({ id: _, ...row }) => codec.fromRow(row));
}

/** Older balances are kept once in this time. */
const thinnedS = 6 * 3600;

/**
 * Keeps one balance in six hours of each key, the last one, of those that are older than `thinBefore`, and
 * none that is older than `before`. Returns how many were deleted.
 */
export async function pruneBalances(
  db: Database,
  { before, thinBefore, ...batches }: Retention & { thinBefore: number },
): Promise<number> {
  const old = await deleteRows(db, 'balances', sql`at < ${before}`, batches);
  const isFollowed = sql`exists (select 1 from balances as later
    where later.target_id = balances.target_id and later.key = balances.key
      and later.at > balances.at and later.at < ${thinBefore}
      and floor(later.at / ${sql.lit(thinnedS)}) = floor(balances.at / ${sql.lit(thinnedS)}))`;
  const dense = await deleteRows(
    db,
    'balances',
    sql`at < ${thinBefore} and ${isFollowed}`,
    batches,
  );
  return old.deleted + dense.deleted;
}
