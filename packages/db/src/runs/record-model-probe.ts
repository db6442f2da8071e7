import { type ProbeResult, summariseRun, type Target } from '@api-monitor/core';
import { nextRevision } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import { writeModelState } from '../model-states/write-model-states.ts';
import { addProbeTotals } from '../probe-totals/write-probe-totals.ts';
import { getTarget, targetCodec } from '../targets/targets.ts';
import { insertRunModels } from './run-models.ts';
import { type RunRow, runColumns } from './runs.ts';

export interface RecordModelProbeInput {
  target_id: number;
  probe: ProbeResult;
  /** What worked, as a plain JSON value; null clears what was remembered. */
  remembered: unknown;
  nowS: number;
}

export type RecordModelProbeOutcome =
  | { outcome: 'recorded'; run: RunRow; target: Target }
  | { outcome: 'target_gone' }
  /** Meanwhile a run has found that the channel no longer lists the model. */
  | { outcome: 'model_gone' };

/**
 * Writes the probe of one model that live traffic asked for: its own run, which is finished at once (so
 * it never blocks a running one), its row, the model's state, and the target's counts. It doesn't change
 * when the target is next due.
 */
export async function recordModelProbe(
  db: Database,
  input: RecordModelProbeInput,
): Promise<RecordModelProbeOutcome> {
  return inTransaction(db, async (tx) => {
    const { target_id, probe } = input;
    await lockTargets(tx.kysely, [target_id]);
    const target = await getTarget(tx, target_id);
    if (!target) return { outcome: 'target_gone' };
    if (!(await isKnown(tx, target_id, probe.model))) return { outcome: 'model_gone' };
    const run = await insertRun(tx, input);
    await insertRunModels(tx, { run_id: run.id, target_id }, [probe]);
    const remembered = new Map([[probe.model, input.remembered]]);
    await writeModelState(tx, { run_id: run.id, target_id, remembered }, probe);
    const updated = await updateCounts(tx, target);
    await addProbeTotals(tx, { target_id, probes: [probe], nowS: input.nowS });
    return { outcome: 'recorded', run, target: updated };
  });
}

async function isKnown(db: Database, targetId: number, model: string): Promise<boolean> {
  const state = await db.kysely
    .selectFrom('model_states')
    .select('model')
    .where('target_id', '=', targetId)
    .where('model', '=', model)
    .executeTakeFirst();
  return state !== undefined;
}

async function insertRun(db: Database, input: RecordModelProbeInput): Promise<RunRow> {
  const { status: _, ...counts } = summariseRun([input.probe]);
  return db.kysely
    .insertInto('runs')
    .values({
      target_id: input.target_id,
      started_at: input.nowS - input.probe.duration,
      finished_at: input.nowS,
      heartbeat_at: input.nowS,
      status: 'completed',
      trigger: 'traffic',
      ...counts,
    })
    .returning(runColumns)
    .executeTakeFirstOrThrow();
}

async function updateCounts(db: Database, target: Target): Promise<Target> {
  const row = await db.kysely
    .updateTable('targets')
    .set({ ...(await countsOf(db, target)), revision: nextRevision })
    .where('id', '=', target.id)
    .returning(targetCodec.columns)
    .executeTakeFirstOrThrow();
  return targetCodec.fromRow(row);
}

/** A channel whose list could not be read keeps its error: the probe of one model doesn't read the list. */
async function countsOf(db: Database, target: Target) {
  if (target.last_status === 'error') return {};
  const states = await db.kysely
    .selectFrom('model_states')
    .select(['success', 'error_kind'])
    .where('target_id', '=', target.id)
    .where('in_last_run', '=', 1)
    .execute();
  const { status, total, success, fail } = summariseRun(
    states.map((state) => ({ ...state, success: state.success === 1 })),
  );
  return { last_status: status, last_total: total, last_success: success, last_fail: fail };
}
