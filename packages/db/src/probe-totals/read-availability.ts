import type { Availability } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { type ProbePeriod, periodStart, probePeriods } from './probe-totals.ts';

/**
 * The availability of each channel from the period that contains `from` (Unix seconds) until now, by
 * channel; those that weren't watched are left out.
 */
export async function readAvailability(
  db: Database,
  { period, from }: { period: ProbePeriod; from: number },
): Promise<Map<number, Availability>> {
  const { lengthS } = probePeriods[period];
  const rows = await db.kysely
    .selectFrom('probe_totals')
    .select(({ fn }) => [
      'target_id',
      fn.sum<number>('watched_s').as('watched_s'),
      fn.sum<number>('served_s').as('served_s'),
    ])
    .where('period_s', '=', lengthS)
    .where('starts_at', '>=', periodStart(from, lengthS))
    .where('watched_s', '>', 0)
    .groupBy('target_id')
    .execute();
  return new Map(rows.map(({ target_id, ...availability }) => [target_id, availability]));
}
