import {
  type ErrorKind,
  type Evidence,
  endOfCut,
  type RunCut,
  type RunNote,
  runsBetweenProbes,
  summariseRun,
  type Target,
} from '@api-monitor/core';
import { nextRevision, parseColumn } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import type { ChannelKnowledge } from '../model-states/apply-findings.ts';
import { closeOutages } from '../model-states/close-outages.ts';
import {
  learn,
  type PastStates,
  readPastStates,
  type WriteModelStatesInput,
  writeModelStates,
} from '../model-states/write-model-states.ts';
import { addProbeTotals, type Watched } from '../probe-totals/write-probe-totals.ts';
import { listNewsColumn } from '../targets/list-news.ts';
import { keyColumns } from '../targets/target-keys.ts';
import { getTarget, targetCodec } from '../targets/targets.ts';
import { type RunRow, runCodec, runColumns } from './run-codec.ts';
import { insertRunModels } from './run-models.ts';
import { getRun } from './runs.ts';

export interface FinishRunInput extends WriteModelStatesInput {
  log_file: string | null;
  /** Why the run failed, or why its list of models did. */
  error: string | null;
  /** What the error says, as codes; null or absent if it has none. */
  notes?: readonly RunNote[] | null;
  /** Why the run was interrupted; without it, the worker stopped. */
  cut?: RunCut | null;
  error_kind: ErrorKind | null;
  /** The way of listing models that worked, as a plain JSON value; null keeps what is known. */
  list_way: unknown;
  /** How many probes at a time the channel bears; null keeps what is known. */
  probe_concurrency: number | null;
}

export type FinishRunOutcome =
  | { outcome: 'finished'; run: RunRow; target: Target }
  | { outcome: 'target_gone' };

/**
 * Writes everything that a run found, all or nothing: its rows, the run, the target's summary, each
 * model's state, evidence and sums. A run that was ended as interrupted meanwhile (its host slept) counts
 * again, so that no measured row is lost.
 */
export async function finishRun(db: Database, input: FinishRunInput): Promise<FinishRunOutcome> {
  return inTransaction(db, async (tx) => {
    const { target_id, probes, nowS } = input;
    await lockTargets(tx.kysely, [target_id]);
    const started = await getRun(tx, input.run_id);
    const before = await getTarget(tx, target_id);
    if (started?.target_id !== target_id || !before) return { outcome: 'target_gone' };
    const past = await readPastStates(tx, target_id);
    const known = learn(before, past, input.findings);
    const closed = await closeOutages(tx, { target: before, before, after: known, nowS }, past);
    await insertRunModels(tx, input, probes);
    await writeModelStates(tx, input, { past, known, target: before });
    const intervalS = before.interval_min * 60;
    const watched = watchedOf(past, { closed, intervalS, nowS });
    await addProbeTotals(tx, { target_id, probes, intervalS, watched, nowS });
    const keys = keyColumns(before, known.keys);
    const news = await listNewsColumn(tx, before, input);
    const target = await updateSummary(tx, input, { started, known, past, keys, news });
    return { outcome: 'finished', run: await updateRun(tx, input), target };
  });
}

/** A model that is asked by every sixth run is watched all the same. */
function watchedOf(
  past: PastStates,
  { closed, intervalS, nowS }: { closed: Map<string, number>; intervalS: number; nowS: number },
) {
  const watched = new Map<string, Watched>();
  for (const [model, { success, evidence, watched_until, ...row }] of past) {
    const known = { ...row, success: success === 1, evidence: parseColumn<Evidence[]>(evidence) };
    const everyS = intervalS * runsBetweenProbes(known, nowS);
    const watchedUntil = closed.get(model) ?? watched_until;
    watched.set(model, { watchedUntil, intervalS: everyS });
  }
  return watched;
}

async function updateRun(db: Database, input: FinishRunInput): Promise<RunRow> {
  const { status: _, ...counts } = summariseRun(input.probes);
  const run = await db.kysely
    .updateTable('runs')
    .set({
      ...counts,
      status: input.status === 'completed' ? 'completed' : 'error',
      finished_at: input.nowS,
      heartbeat_at: input.nowS,
      log_file: input.log_file,
      ...runCodec.toRow(endOf(input)),
      error_kind: input.error_kind,
    })
    .where('id', '=', input.run_id)
    .returning(runColumns)
    .executeTakeFirstOrThrow();
  return runCodec.fromRow(run);
}

async function updateSummary(
  db: Database,
  input: FinishRunInput,
  {
    started,
    known,
    past,
    keys,
    news,
  }: {
    started: RunRow;
    known: ChannelKnowledge;
    past: PastStates;
    keys: ReturnType<typeof keyColumns>;
    news: Awaited<ReturnType<typeof listNewsColumn>>;
  },
): Promise<Target> {
  const row = await db.kysely
    .updateTable('targets')
    .set({
      ...summaryOf(input, started, past),
      ...targetCodec.toRow({ fault: known.fault }),
      ...keys,
      ...news,
      ...learntOf(input),
      revision: nextRevision,
    })
    .where('id', '=', input.target_id)
    .returning(targetCodec.columns)
    .executeTakeFirstOrThrow();
  return targetCodec.fromRow(row);
}

/** The next run is due an interval after the start of this one, however long it took. */
function summaryOf(input: FinishRunInput, { started_at }: RunRow, past: PastStates) {
  const { error: last_error, notes: last_notes } = endOf(input);
  const why = targetCodec.toRow({ last_error, last_error_kind: input.error_kind, last_notes });
  if (input.status === 'interrupted') return why;
  const kept = (input.kept_models ?? []).flatMap((model) => past.get(model) ?? []);
  const asBefore = kept.map((row) => ({ success: row.success === 1, error_kind: row.error_kind }));
  const { status, total, success, fail } = summariseRun([...input.probes, ...asBefore]);
  return {
    last_run_at: started_at,
    last_status: input.status === 'error' ? ('error' as const) : status,
    last_total: total,
    last_success: success,
    last_fail: fail,
    last_log_file: input.log_file,
    ...why,
  };
}

function learntOf({ listed_models, list_way, probe_concurrency }: FinishRunInput) {
  return {
    ...(listed_models === null ? {} : { listed_models: JSON.stringify(listed_models) }),
    ...(list_way === null ? {} : { list_way: JSON.stringify(list_way) }),
    ...(probe_concurrency === null ? {} : { probe_concurrency }),
  };
}

function endOf({ status, error, notes, cut }: FinishRunInput) {
  if (status === 'interrupted') return endOfCut(cut ?? 'interrupted');
  return { cut: null, error, notes: notes?.length ? [...notes] : null };
}
