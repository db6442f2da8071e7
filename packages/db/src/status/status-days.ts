import { type StatusDay, secondsPerDay } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { probePeriods } from '../probe-totals/probe-periods.ts';
import type { ChecksWindow } from './status-checks.ts';

/** The probes of these channels, of a model or of all, day by day from the kept sums; oldest first. */
export async function listStatusDays(
  db: Database,
  { targetIds, model }: { targetIds: readonly number[]; model: string | null },
  { after, until }: ChecksWindow,
): Promise<StatusDay[]> {
  if (targetIds.length === 0) return [];
  let query = db.kysely
    .selectFrom('probe_totals')
    .select(({ fn }) => [
      'starts_at',
      'target_id',
      fn.sum('probes').as('probes'),
      fn.sum('successes').as('successes'),
      fn.max('probes').as('checks'),
    ])
    .where('period_s', '=', probePeriods.day.lengthS)
    .where('target_id', 'in', targetIds)
    .where('starts_at', '>', after)
    .where('starts_at', '<=', until)
    .where('probes', '>', 0);
  if (model !== null) query = query.where('model', '=', model);
  const rows = await query.groupBy(['starts_at', 'target_id']).orderBy('starts_at').execute();
  const byDay = Map.groupBy(rows, ({ starts_at }) => starts_at);
  return [...byDay].map(([starts_at, ofDay]) => {
    const sum = (of: (row: (typeof ofDay)[number]) => unknown) =>
      ofDay.reduce((total, row) => total + Number(of(row)), 0);
    return {
      number: Math.floor(starts_at / secondsPerDay),
      // Each run probes a model once: the model that was probed most tells how many runs there were.
      checks: sum(({ checks }) => checks),
      share: sum(({ successes }) => successes) / sum(({ probes }) => probes),
      targetIds: ofDay.map(({ target_id }) => target_id),
    };
  });
}

/** The UTC days, counted from 1970, on which a run of the channel failed before its first probe. */
export async function listDaysOfFailedRuns(
  db: Database,
  targetId: number,
  { after, until }: ChecksWindow,
): Promise<number[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select('started_at')
    .where('target_id', '=', targetId)
    .where('status', '=', 'error')
    .where('started_at', '>', after)
    .where('started_at', '<=', until)
    .execute();
  return [...new Set(runs.map(({ started_at }) => Math.floor(started_at / secondsPerDay)))];
}
