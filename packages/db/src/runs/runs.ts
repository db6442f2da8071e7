import { type RunTrigger, sentenceOfCut, type Target } from '@api-monitor/core';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import { getTarget } from '../targets/targets.ts';
import { type RunRow, runColumns } from './run-row.ts';

export interface StartRunInput {
  target_id: number;
  trigger: RunTrigger;
  nowS: number;
  /** Named from the start, so that the size cap spares it. */
  log_file?: string | null;
}

export type StartRunOutcome =
  | { outcome: 'started'; run: RunRow; target: Target }
  | { outcome: 'already_running' }
  | { outcome: 'target_gone' };

/** Claims the target: of any number of callers, in any process, one gets `started`. */
export async function startRun(db: Database, input: StartRunInput): Promise<StartRunOutcome> {
  return inTransaction(db, async (tx) => {
    await lockTargets(tx.kysely, [input.target_id]);
    const target = await getTarget(tx, input.target_id);
    if (!target) return { outcome: 'target_gone' };
    const run = await tx.kysely
      .insertInto('runs')
      .values({
        target_id: input.target_id,
        started_at: input.nowS,
        heartbeat_at: input.nowS,
        status: 'running',
        trigger: input.trigger,
        log_file: input.log_file ?? null,
        total: 0,
        success: 0,
        fail: 0,
        skipped: 0,
      })
      // The one index that can object is that of running runs.
      .onConflict((conflict) => conflict.doNothing())
      .returning(runColumns)
      .executeTakeFirst();
    return run ? { outcome: 'started', run, target } : { outcome: 'already_running' };
  });
}

/** Says that the run is alive; false where it is over (ended as interrupted, or its target deleted). */
export async function heartbeatRun(
  db: Database,
  { run_id, nowS }: { run_id: number; nowS: number },
): Promise<boolean> {
  const run = await db.kysely
    .updateTable('runs')
    .set({ heartbeat_at: nowS })
    .where('id', '=', run_id)
    .where('status', '=', 'running')
    .returning('id')
    .executeTakeFirst();
  return run !== undefined;
}

/** A target's runs, newest first; without `with_traffic` those alone that probed the whole target. */
export async function listRuns(
  db: Database,
  targetId: number,
  limit: number,
  { with_traffic = false }: { with_traffic?: boolean } = {},
): Promise<RunRow[]> {
  let query = db.kysely.selectFrom('runs').select(runColumns).where('target_id', '=', targetId);
  if (!with_traffic) query = query.where('trigger', '!=', 'traffic');
  return query.orderBy('id', 'desc').limit(limit).execute();
}

export async function getRun(db: Database, id: number): Promise<RunRow | null> {
  const run = await db.kysely
    .selectFrom('runs')
    .select(runColumns)
    .where('id', '=', id)
    .executeTakeFirst();
  return run ?? null;
}

/** The target's newest whole run that is over, whatever its end; null before the first. */
export async function getLatestFinishedRun(db: Database, targetId: number): Promise<RunRow | null> {
  const run = await db.kysely
    .selectFrom('runs')
    .select(runColumns)
    .where('target_id', '=', targetId)
    .where('status', '!=', 'running')
    .where('trigger', '!=', 'traffic')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return run ?? null;
}

/** The ids of the targets that are being probed at this moment, in any process. */
export async function listRunningTargetIds(db: Database): Promise<number[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select('target_id')
    .where('status', '=', 'running')
    .orderBy('target_id')
    .execute();
  return runs.map((run) => run.target_id);
}

/** The log files that a run is writing at this moment: the size cap must spare them. */
export async function listLogFilesInUse(db: Database): Promise<string[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select('log_file')
    .where('status', '=', 'running')
    .execute();
  return runs.flatMap((run) => run.log_file ?? []);
}

/** All runs that are under way, in any process. */
export async function listRunningRuns(db: Database): Promise<RunRow[]> {
  return db.kysely.selectFrom('runs').select(runColumns).where('status', '=', 'running').execute();
}

type SilentRun = Pick<RunRow, 'id' | 'target_id' | 'heartbeat_at'>;

/**
 * Ends those of the runs whose worker still gave no sign of life, and returns them. The target keeps
 * its last status, and its `last_run_at` stays, so that it is due again.
 */
export async function endInterruptedRuns(
  db: Database,
  { runs, nowS }: { runs: readonly SilentRun[]; nowS: number },
): Promise<RunRow[]> {
  return inTransaction(db, async (tx) => {
    await lockTargets(
      tx.kysely,
      runs.map((run) => run.target_id),
    );
    const ended: RunRow[] = [];
    for (const run of runs) ended.push(...(await endInterruptedRun(tx, run, nowS)));
    return ended;
  });
}

async function endInterruptedRun(
  { kysely }: Database,
  { id, heartbeat_at }: SilentRun,
  nowS: number,
): Promise<RunRow[]> {
  const ended = await kysely
    .updateTable('runs')
    .set({ status: 'error', error: sentenceOfCut('interrupted'), finished_at: nowS })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('heartbeat_at', heartbeat_at === null ? 'is' : '=', heartbeat_at)
    .returning(runColumns)
    .execute();
  for (const { target_id } of ended) {
    await kysely
      .updateTable('targets')
      .set({ last_error: sentenceOfCut('interrupted') })
      .where('id', '=', target_id)
      .execute();
  }
  return ended;
}
