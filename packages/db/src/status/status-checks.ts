import {
  type ErrorKind,
  isSkipped,
  type StatusCheck,
  type StatusDay,
  secondsPerDay,
} from '@api-monitor/core';
import type { Database } from '../engine/database.ts';
import { probePeriods } from '../probe-totals/probe-totals.ts';

/** The time after `after` and up to `until`, in Unix seconds. */
export interface ChecksWindow {
  after: number;
  until: number;
}

/**
 * A channel's whole runs that say something about it, oldest first. A run that was interrupted before its
 * first probe doesn't, nor does one that found no models.
 */
export async function listChannelChecks(
  db: Database,
  targetId: number,
  { after, until }: ChecksWindow,
): Promise<StatusCheck[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select(['id', 'started_at', 'status', 'success', 'fail', 'cut'])
    .where('target_id', '=', targetId)
    .where('started_at', '>', after)
    .where('started_at', '<=', until)
    .where('status', '!=', 'running')
    .where('trigger', '!=', 'traffic')
    .orderBy('started_at')
    .execute();
  return runs.flatMap(({ id, started_at, status, success, fail, cut }) => {
    const probed = success + fail;
    if (probed === 0 && (status === 'completed' || cut !== null)) return [];
    const share = probed === 0 ? 0 : success / probed;
    return [{ target_id: targetId, run_id: id, at: started_at, share, kind: null }];
  });
}

/** The probes of a model on these channels, oldest first. */
export async function listModelChecks(
  db: Database,
  { targetIds, model }: { targetIds: readonly number[]; model: string },
  { after, until }: ChecksWindow,
): Promise<StatusCheck[]> {
  if (targetIds.length === 0) return [];
  const probes = await db.kysely
    .selectFrom('run_models')
    .select(['target_id', 'run_id', 'timestamp', 'success', 'error_kind'])
    .where('target_id', 'in', targetIds)
    .where('model', '=', model)
    .where('timestamp', '>', after)
    .where('timestamp', '<=', until)
    .orderBy('timestamp')
    .execute();
  return probes
    .filter((probe) => !isSkipped(probe))
    .map(({ timestamp, success, error_kind, ...ids }) => ({
      ...ids,
      at: timestamp,
      share: success,
      kind: success === 1 ? null : error_kind,
    }));
}

/** Why a run's probes failed, the most frequent reason first. */
export async function listFailureKinds(db: Database, runId: number): Promise<ErrorKind[]> {
  const rows = await db.kysely
    .selectFrom('run_models')
    .select((select) => ['error_kind', select.fn.countAll().as('probes')])
    .where('run_id', '=', runId)
    .where('success', '=', 0)
    .groupBy('error_kind')
    .execute();
  return rows
    .sort((a, b) => Number(b.probes) - Number(a.probes))
    .flatMap((row) => (row.error_kind && !isSkipped(row) ? row.error_kind : []));
}

/** The probes of these channels, of one model or of all, day by day from the stored sums; oldest first. */
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
      // A run probes a model once, so the model with the most probes gives the number of runs.
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
