import {
  type Evidence,
  type Finding,
  isProvenElsewhere,
  type ProbeResult,
  summariseRun,
  type Target,
} from '@api-monitor/core';
import { nextRevision, parseColumn } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import type { ChannelKnowledge } from '../model-states/apply-findings.ts';
import { closeOutagesNow } from '../model-states/close-outages.ts';
import {
  learn,
  readPastStates,
  writeEvidence,
  writeModelState,
} from '../model-states/write-model-states.ts';
import { addProbeCost } from '../probe-totals/write-probe-totals.ts';
import { keyColumns } from '../targets/target-keys.ts';
import { getTarget, targetCodec } from '../targets/targets.ts';
import { type RunRow, runCodec, runColumns } from './run-codec.ts';
import { insertRunModels } from './run-models.ts';

export interface RecordModelProbeInput {
  target_id: number;
  probe: ProbeResult;
  /** What the probe shows, in any order: it may be refused on one route and answered on another. */
  findings: readonly Finding[];
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
 * Writes the recheck of one model: its own run, which is finished at once (so it never blocks a running
 * one), its row, the model's state and evidence, and the target's counts. One that fails on a route leaves
 * the state of a model that works on another. It doesn't change when the target is next due, and isn't
 * counted in sums of checks.
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
    const { model } = probe;
    const past = await readPastStates(tx, target_id, model);
    const before = past.get(model);
    if (!before) return { outcome: 'model_gone' };
    const findings = input.findings.map((finding) => ({ model, finding }));
    const known = learn(target, past, findings);
    const run = await insertRun(tx, input);
    await insertRunModels(tx, { run_id: run.id, target_id }, [probe]);
    const remembered = new Map([[model, input.remembered]]);
    const evidence = known.evidence.get(model) ?? [];
    if (!probe.success && isProvenElsewhere(evidence, probe.route)) {
      await writeEvidence(tx, target_id, new Map([[model, evidence]]));
    } else {
      await writeModelState(tx, { run_id: run.id, target_id, remembered }, probe, {
        before,
        known,
      });
    }
    await addProbeCost(tx, { target_id, probe, nowS: input.nowS });
    const asBefore = {
      evidence: new Map([[model, parseColumn<Evidence[]>(before.evidence)]]),
      fault: target.fault,
    };
    await closeOutagesNow(tx, { target, before: asBefore, after: known, nowS: input.nowS });
    const keys = keyColumns(target, known.keys);
    return { outcome: 'recorded', run, target: await updateTarget(tx, target, known, keys) };
  });
}

async function insertRun(db: Database, input: RecordModelProbeInput): Promise<RunRow> {
  const { status: _, ...counts } = summariseRun([input.probe]);
  const run = await db.kysely
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
  return runCodec.fromRow(run);
}

async function updateTarget(
  db: Database,
  target: Target,
  { fault }: ChannelKnowledge,
  keys: ReturnType<typeof keyColumns>,
): Promise<Target> {
  const counts = await countsOf(db, target);
  const row = await db.kysely
    .updateTable('targets')
    .set({ ...counts, ...targetCodec.toRow({ fault }), ...keys, revision: nextRevision })
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
    .where('gone_at', 'is', null)
    .execute();
  const { status, total, success, fail } = summariseRun(
    states.map((state) => ({ ...state, success: state.success === 1 })),
  );
  return { last_status: status, last_total: total, last_success: success, last_fail: fail };
}
