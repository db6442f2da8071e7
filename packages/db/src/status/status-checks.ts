import { type ErrorKind, type StatusCheck, wasCut } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';

/** Checks after the one time and up to the other, in Unix seconds. */
export interface ChecksWindow {
  after: number;
  until: number;
}

/**
 * A channel's whole runs that say something of it, oldest first: one that was cut before its first
 * probe doesn't, nor does one that found no models.
 */
export async function listChannelChecks(
  db: Database,
  targetId: number,
  { after, until }: ChecksWindow,
): Promise<StatusCheck[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select(['id', 'started_at', 'status', 'success', 'fail', 'error'])
    .where('target_id', '=', targetId)
    .where('started_at', '>', after)
    .where('started_at', '<=', until)
    .where('status', '!=', 'running')
    .where('trigger', '!=', 'traffic')
    .orderBy('started_at')
    .execute();
  return runs.flatMap(({ id, started_at, status, success, fail, error }) => {
    const probed = success + fail;
    if (probed === 0 && (status === 'completed' || wasCut({ error }))) return [];
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
    .filter(({ error_kind }) => error_kind !== 'skipped')
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
    .flatMap(({ error_kind }) => (error_kind && error_kind !== 'skipped' ? error_kind : []));
}
