import { setImmediate as nextTurn } from 'node:timers/promises';
import { endOfCut, type RunTrigger, type Target } from '@api-monitor/core';
import { sql } from 'kysely';
import { type Database, inTransaction } from '../engine/database.ts';
import { deleteRows, type Retention } from '../engine/delete-batches.ts';
import { lockTargets } from '../engine/locks.ts';
import { purgeDeleted } from '../targets/delete-target.ts';
import { getTarget, targetCodec } from '../targets/targets.ts';
import { type RunRow, runCodec, runColumns } from './run-codec.ts';

function selectRuns({ kysely }: Database) {
  return kysely.selectFrom('runs').select(runColumns);
}

export interface StartRunInput {
  target_id: number;
  trigger: RunTrigger;
  nowS: number;
  /** Known from the start, so that the cap on the size of logs spares it. */
  log_file?: string | null;
}

export type StartRunOutcome =
  | { outcome: 'started'; run: RunRow; target: Target }
  | { outcome: 'already_running' }
  | { outcome: 'target_gone' };

/** Claims the target: of all callers at the same time, in any process, one gets `started`. */
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
      // Only the index of running runs can conflict.
      .onConflict((conflict) => conflict.doNothing())
      .returning(runColumns)
      .executeTakeFirst();
    return run
      ? { outcome: 'started', run: runCodec.fromRow(run), target }
      : { outcome: 'already_running' };
  });
}

/** Reports that the run is alive; false if it is over (ended as interrupted, or its target deleted). */
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

/**
 * A target's runs, newest first: those before `before_id`, if it is given, and without `with_traffic` only those
 * that probed the whole target.
 */
export async function listRuns(
  db: Database,
  targetId: number,
  limit: number,
  { with_traffic = false, before_id }: { with_traffic?: boolean; before_id?: number } = {},
): Promise<RunRow[]> {
  let query = selectRuns(db).where('target_id', '=', targetId);
  if (!with_traffic) query = query.where('trigger', '!=', 'traffic');
  if (before_id !== undefined) query = query.where('id', '<', before_id);
  return (await query.orderBy('id', 'desc').limit(limit).execute()).map(runCodec.fromRow);
}

export async function getRun(db: Database, id: number): Promise<RunRow | null> {
  const run = await selectRuns(db).where('id', '=', id).executeTakeFirst();
  return run ? runCodec.fromRow(run) : null;
}

/** The target's newest finished run of the whole target, failed or not; null before the first. */
export async function getLatestFinishedRun(db: Database, targetId: number): Promise<RunRow | null> {
  const run = await selectRuns(db)
    .where('target_id', '=', targetId)
    .where('status', '!=', 'running')
    .where('trigger', '!=', 'traffic')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  return run ? runCodec.fromRow(run) : null;
}

/** All running runs, of any process. */
export async function listRunningRuns(db: Database): Promise<RunRow[]> {
  const runs = await selectRuns(db).where('status', '=', 'running').orderBy('target_id').execute();
  return runs.map(runCodec.fromRow);
}

/** The ids of the targets that are being probed now, by any process. */
export async function listRunningTargetIds(db: Database): Promise<number[]> {
  return (await listRunningRuns(db)).map((run) => run.target_id);
}

/** The log files that runs are writing now: the cap on the size of logs must spare them. */
export async function listLogFilesInUse(db: Database): Promise<string[]> {
  return (await listRunningRuns(db)).flatMap((run) => run.log_file ?? []);
}

type SilentRun = Pick<RunRow, 'id' | 'target_id' | 'heartbeat_at'>;

/**
 * Ends those of the runs whose heartbeat hasn't changed since they were read, and returns them. The
 * target keeps its last status and `last_run_at`, so that it is due again.
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
  const end = endOfCut('interrupted');
  const ended = await kysely
    .updateTable('runs')
    .set({ status: 'error', ...runCodec.toRow(end), finished_at: nowS })
    .where('id', '=', id)
    .where('status', '=', 'running')
    .where('heartbeat_at', heartbeat_at === null ? 'is' : '=', heartbeat_at)
    .returning(runColumns)
    .execute();
  for (const { target_id } of ended) {
    await kysely
      .updateTable('targets')
      .set(
        targetCodec.toRow({ last_error: end.error, last_error_kind: null, last_notes: end.notes }),
      )
      .where('id', '=', target_id)
      .execute();
  }
  return ended.map(runCodec.fromRow);
}

const runsPerPage = 50;

/**
 * Deletes what deleted targets left, then old runs with their rows, oldest first; never a running one
 * nor the latest finished run of a whole target. Returns how many runs were deleted for their age.
 */
export async function pruneRuns(db: Database, input: Retention): Promise<number> {
  await purgeDeleted(db, input);
  let deleted = 0;
  while (!input.signal?.aborted) {
    const runIds = await listExpired(db, input.before);
    if (runIds.length === 0) break;
    const ofRuns = sql`run_id in (${sql.join(runIds)})`;
    if (!(await deleteRows(db, 'run_models', ofRuns, input)).isDone) break;
    await db.kysely.deleteFrom('runs').where('id', 'in', runIds).execute();
    deleted += runIds.length;
    await nextTurn();
  }
  return deleted;
}

async function listExpired(db: Database, before: number): Promise<number[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select('runs.id')
    .where('runs.started_at', '<', before)
    .where('runs.status', '!=', 'running')
    .where((where) =>
      where.or([
        where('runs.trigger', '=', 'traffic'),
        where.exists(
          where
            .selectFrom('runs as later')
            .select('later.id')
            .whereRef('later.target_id', '=', 'runs.target_id')
            .whereRef('later.id', '>', 'runs.id')
            .where('later.trigger', '!=', 'traffic')
            .where('later.status', '!=', 'running'),
        ),
      ]),
    )
    .orderBy('runs.id')
    .limit(runsPerPage)
    .execute();
  return runs.map((run) => run.id);
}
