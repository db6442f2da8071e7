import { clockSkewS, isDue, type Target } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { selectTargets, targetCodec } from './targets.ts';

/**
 * The enabled targets that aren't running and whose interval has passed: those that never ran first,
 * then the one whose last run is the oldest.
 */
export async function listDueTargets(db: Database, nowS: number): Promise<Target[]> {
  const rows = await selectTargets(db)
    .where('enabled', '=', 1)
    .where((where) =>
      where.or([
        where('last_run_at', 'is', null),
        where('last_run_at', '>', nowS + clockSkewS),
        // A minute early: the schedule's minutes begin at each target's own second.
        where(where('last_run_at', '+', where('interval_min', '*', 60)), '<=', nowS + 60),
      ]),
    )
    .where('id', 'not in', (running) =>
      running.selectFrom('runs').select('target_id').where('status', '=', 'running'),
    )
    // SQLite sorts null first, Postgres last.
    .orderBy((order) => order.fn.coalesce('last_run_at', order.val(0)))
    .orderBy('sort_order')
    .orderBy('id')
    .execute();
  return rows.map(targetCodec.fromRow).filter((target) => isDue(target, nowS));
}

/** The enabled targets whose last run ended after a time (Unix seconds). */
export async function listTargetsRunSince({ kysely }: Database, at: number): Promise<number[]> {
  const rows = await kysely
    .selectFrom('targets')
    .select('id')
    .where('deleted_at', 'is', null)
    .where('enabled', '=', 1)
    .where('last_run_at', '>', at)
    .execute();
  return rows.map(({ id }) => id);
}
