import { sql } from 'kysely';
import { type Database, inTransaction } from '../engine/database.ts';
import { deleteRows, type Retention } from '../engine/delete-batches.ts';
import { lockProxyKeys } from '../engine/locks.ts';
import { keepPrunedUse } from './key-use.ts';
import { secondsPerHour } from './proxy-requests.ts';

/** The totals of this time stay, because budgets count months. */
const longestMonthS = 32 * 86_400;

/**
 * Deletes old records of requests, oldest first, and their totals; what keys had used is kept. Returns how
 * many records.
 */
export async function pruneProxyRequests(
  db: Database,
  { before, nowS, ...batches }: Retention & { nowS: number },
): Promise<number> {
  const beforeHour = Math.ceil(Math.min(before, nowS - longestMonthS) - secondsPerHour);
  await inTransaction(db, async (tx) => {
    await lockProxyKeys(tx.kysely);
    await keepPrunedUse(tx, beforeHour);
    await tx.kysely.deleteFrom('proxy_totals').where('hour', '<', beforeHour).execute();
  });
  const isOld = sql`timestamp < ${before} order by timestamp`;
  return (await deleteRows(db, 'proxy_requests', isOld, batches)).deleted;
}
