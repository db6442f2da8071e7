import { clockSkewS, type Target } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { targetColumns, targetOf } from './target-row.ts';

/**
 * The enabled targets whose interval has passed and of which no run is under way, those that never
 * ran first, then the oldest run first.
 */
export async function listDueTargets(db: Database, nowS: number): Promise<Target[]> {
  const rows = await db.kysely
    .selectFrom('targets')
    .select(targetColumns)
    .where('enabled', '=', 1)
    .where('deleted_at', 'is', null)
    .where((where) =>
      where.or([
        where('last_run_at', 'is', null),
        where('last_run_at', '>', nowS + clockSkewS),
        where(where('last_run_at', '+', where('interval_min', '*', 60)), '<=', nowS),
      ]),
    )
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('runs')
            .select('runs.id')
            .whereRef('runs.target_id', '=', 'targets.id')
            .where('runs.status', '=', 'running'),
        ),
      ),
    )
    // Not left to the database: SQLite sorts null first, Postgres last.
    .orderBy((order) => order.fn.coalesce('last_run_at', order.val(0)))
    .orderBy('sort_order')
    .orderBy('id')
    .execute();
  return rows.map(targetOf);
}
