import { endOfCut, type RunCut, summariseRun, type Target } from '@api-monitor/core';
import { nextRevision } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import {
  type WriteModelStatesInput,
  writeModelStates,
} from '../model-states/write-model-states.ts';
import { addProbeTotals } from '../probe-totals/write-probe-totals.ts';
import { targetCodec } from '../targets/targets.ts';
import { insertRunModels } from './run-models.ts';
import { getRun, type RunRow, runColumns } from './runs.ts';

export interface FinishRunInput extends WriteModelStatesInput {
  log_file: string | null;
  error: string | null;
  /** Why the run was interrupted; without it, the worker stopped. */
  cut?: RunCut | null;
  nowS: number;
}

export type FinishRunOutcome =
  | { outcome: 'finished'; run: RunRow; target: Target }
  | { outcome: 'target_gone' };

/**
 * Writes everything that a run found, all or nothing: its rows, the run, the target's summary, each
 * model's state and sums. A run that was ended as interrupted meanwhile (its host slept) counts again, so
 * that no measured row is lost.
 */
export async function finishRun(db: Database, input: FinishRunInput): Promise<FinishRunOutcome> {
  return inTransaction(db, async (tx) => {
    await lockTargets(tx.kysely, [input.target_id]);
    const started = await getRun(tx, input.run_id);
    if (started?.target_id !== input.target_id) return { outcome: 'target_gone' };
    const target = await updateSummary(tx, input);
    if (!target) return { outcome: 'target_gone' };
    await insertRunModels(tx, input, input.probes);
    await writeModelStates(tx, input);
    await addProbeTotals(tx, input);
    return { outcome: 'finished', run: await updateRun(tx, input), target };
  });
}

async function updateRun(db: Database, input: FinishRunInput): Promise<RunRow> {
  const { status: _, ...counts } = summariseRun(input.probes);
  return db.kysely
    .updateTable('runs')
    .set({
      ...counts,
      status: input.status === 'completed' ? 'completed' : 'error',
      finished_at: input.nowS,
      heartbeat_at: input.nowS,
      log_file: input.log_file,
      ...endOf(input),
    })
    .where('id', '=', input.run_id)
    .returning(runColumns)
    .executeTakeFirstOrThrow();
}

async function updateSummary(db: Database, input: FinishRunInput): Promise<Target | null> {
  const row = await db.kysely
    .updateTable('targets')
    .set({ ...summaryOf(input), ...listedOf(input), revision: nextRevision })
    .where('id', '=', input.target_id)
    .where('deleted_at', 'is', null)
    .returning(targetCodec.columns)
    .executeTakeFirst();
  return row ? targetCodec.fromRow(row) : null;
}

function summaryOf(input: FinishRunInput) {
  if (input.status === 'interrupted') return { last_error: endOf(input).error };
  const { status, total, success, fail } = summariseRun(input.probes);
  return {
    last_run_at: input.nowS,
    last_status: input.status === 'error' ? ('error' as const) : status,
    last_total: total,
    last_success: success,
    last_fail: fail,
    last_log_file: input.log_file,
    last_error: input.error,
  };
}

function listedOf({ listed_models }: FinishRunInput) {
  return listed_models === null ? {} : { listed_models: JSON.stringify(listed_models) };
}

function endOf({ status, error, cut }: FinishRunInput) {
  return status === 'interrupted' ? endOfCut(cut ?? 'interrupted') : { cut: null, error };
}
