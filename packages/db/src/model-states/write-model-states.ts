import {
  createChannelNames,
  type Evidence,
  type HistoryPoint,
  isCheck,
  isExcluded,
  namesOf,
  nextModelState,
  type ProbeResult,
  recheckAt,
  type Target,
} from '@api-monitor/core';
import type { Insertable, Selectable } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { excluded, parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import type { Schema } from '../schema.ts';
import { channelKeysOf } from '../targets/target-keys.ts';
import { applyFindings, type ChannelKnowledge, type FindingOnModel } from './apply-findings.ts';
import { modelStateCodec } from './model-states.ts';

export interface WriteModelStatesInput {
  run_id: number;
  target_id: number;
  /**
   * `error`: the list of models could not be read. `interrupted`: a shutdown stopped the run; what it
   * measured is kept, but the target's status stays and it is due again.
   */
  status: 'completed' | 'error' | 'interrupted';
  probes: readonly ProbeResult[];
  /** What the probes show, in any order; several may be about the same model. */
  findings: readonly FindingOnModel[];
  /** What worked, by model, as plain JSON values; absent models keep what they had. */
  remembered: ReadonlyMap<string, unknown>;
  /** Every model that the channel offers, selected or not; null if the full list isn't known. */
  listed_models: readonly string[] | null;
  /** Models of the run that it didn't ask: their state stays, and counts. */
  kept_models?: readonly string[];
  nowS: number;
}

type PastRow = Pick<Selectable<Schema['model_states']>, (typeof pastColumns)[number]>;
export type PastStates = ReadonlyMap<string, PastRow>;

const key = ['target_id', 'model'] as const;
const pastColumns = [
  'model',
  'protocol',
  'success',
  'error_kind',
  'last_success_at',
  'state_since',
  'wrong_answers',
  'in_last_run',
  'watched_until',
  'gone_at',
  'evidence',
  'remembered',
  'history',
] as const;

/** A model that vanished from the list is kept this long. */
const goneForS = 30 * 86_400;

/** The states of the target's models, or of the one that is named. */
export async function readPastStates(
  db: Database,
  targetId: number,
  model?: string,
): Promise<PastStates> {
  let query = db.kysely
    .selectFrom('model_states')
    .select(pastColumns)
    .where('target_id', '=', targetId);
  if (model !== undefined) query = query.where('model', '=', model);
  return new Map((await query.execute()).map((row) => [row.model, row]));
}

/** What is known about a channel after more findings about its models. */
export function learn(
  target: Pick<Target, 'fault' | 'interval_min' | 'keys' | 'key_states'>,
  past: PastStates,
  findings: readonly FindingOnModel[],
): ChannelKnowledge {
  const evidence = new Map<string, readonly Evidence[]>();
  for (const { model } of findings) {
    const row = past.get(model);
    if (row) evidence.set(model, parseColumn<Evidence[]>(row.evidence));
  }
  const before = { evidence, fault: target.fault, keys: channelKeysOf(target) };
  return applyFindings(before, findings, target.interval_min * 60);
}

/** Carries forward the state of each model; a completed run also decides which models count. */
export async function writeModelStates(
  db: Database,
  input: WriteModelStatesInput,
  { past, known, target }: { past: PastStates; known: ChannelKnowledge; target: Target },
): Promise<void> {
  const offered = input.listed_models && offeredOf(input.listed_models, target);
  const isOut = (model: string) => isExcluded(model, target);
  const rows = new Map<string, Insertable<Schema['model_states']>>();
  for (const probe of input.probes) {
    const before = past.get(probe.model) ?? null;
    const was = input.status === 'completed' ? 1 : (before?.in_last_run ?? 1);
    const counts = isOut(probe.model) ? 0 : was;
    const watched_until = isCheck(probe) ? probe.timestamp : (before?.watched_until ?? null);
    const gone_at = isOut(probe.model)
      ? (before?.gone_at ?? input.nowS)
      : goneAt(before, probe, { offered, nowS: input.nowS });
    const row = nextRow(input, probe, { before, known });
    rows.set(probe.model, { ...row, watched_until, gone_at, in_last_run: counts });
  }
  await upsert(db, [...rows.values()]);
  const unprobed = [...past.values()].filter((row) => !rows.has(row.model));
  await writeEvidence(db, input.target_id, onlyOf(known, unprobed));
  if (input.status === 'completed') await retire(db, input, { unprobed, offered });
  await deleteLongGone(db, input);
}

/** The models that a channel has: listed, typed by hand, or named by an alias. */
function offeredOf(listed: readonly string[], target: Target): ReadonlySet<string> {
  const named = createChannelNames(target.model_aliases).ids();
  const all = [...listed, ...target.models, ...named];
  return new Set(all.filter((model) => !isExcluded(model, target)));
}

/**
 * Excluded models leave every list at once; their history stays. They come back when a run finds them
 * after they are no longer excluded.
 */
export async function leaveOutExcluded(db: Database, target: Target, nowS: number): Promise<void> {
  const rows = await db.kysely
    .selectFrom('model_states')
    .select('model')
    .where('target_id', '=', target.id)
    .where('in_last_run', '=', 1)
    .execute();
  const out = rows.filter(({ model }) => isExcluded(model, target));
  await setOf(db, target.id, out, { gone_at: nowS, recheck_at: null, in_last_run: 0 });
}

/** Carries forward the state of one known model after a recheck, which doesn't count as a check. */
export async function writeModelState(
  db: Database,
  input: Pick<WriteModelStatesInput, 'run_id' | 'target_id' | 'remembered'>,
  probe: ProbeResult,
  { before, known }: { before: PastRow; known: ChannelKnowledge },
): Promise<void> {
  const { in_last_run, watched_until, gone_at } = before;
  const row = nextRow(input, probe, { before, known });
  await upsert(db, [{ ...row, in_last_run, watched_until, gone_at }]);
}

/** What was found on these routes of a target doesn't count any more, for example at another path. */
export async function forgetRoutes(
  db: Database,
  targetId: number,
  routes: readonly string[],
): Promise<void> {
  if (routes.length === 0) return;
  const rows = await db.kysely
    .selectFrom('model_states')
    .select(['model', 'evidence'])
    .where('target_id', '=', targetId)
    .execute();
  const left = new Map<string, readonly Evidence[]>();
  for (const { model, evidence } of rows) {
    const known = parseColumn<Evidence[]>(evidence);
    const kept = known.filter(({ route }) => !routes.includes(route));
    if (kept.length < known.length) left.set(model, kept);
  }
  await writeEvidence(db, targetId, left);
}

/** Writes the evidence for these models, whose probes stay as they are. */
export async function writeEvidence(
  db: Database,
  targetId: number,
  evidence: ReadonlyMap<string, readonly Evidence[]>,
): Promise<void> {
  for (const [model, entries] of evidence) {
    await db.kysely
      .updateTable('model_states')
      .set(evidenceColumns(entries))
      .where('target_id', '=', targetId)
      .where('model', '=', model)
      .execute();
  }
}

function evidenceColumns(evidence: readonly Evidence[]) {
  return { evidence: JSON.stringify(evidence), recheck_at: recheckAt(evidence) };
}

function onlyOf({ evidence }: ChannelKnowledge, rows: readonly PastRow[]) {
  return new Map(
    rows.flatMap(({ model }) => {
      const entries = evidence.get(model);
      return entries ? [[model, entries] as const] : [];
    }),
  );
}

function nextRow(
  input: Pick<WriteModelStatesInput, 'run_id' | 'target_id' | 'remembered'>,
  probe: ProbeResult,
  { before, known }: { before: PastRow | null; known: ChannelKnowledge },
) {
  const { model } = probe;
  const previous = before && {
    ...before,
    success: before.success === 1,
    history: parseColumn<HistoryPoint[]>(before.history),
  };
  const { history, ...state } = nextModelState(previous, probe);
  const evidence = known.evidence.get(model) ?? parseColumn<Evidence[]>(before?.evidence ?? '[]');
  return {
    ...modelStateCodec.toRow(state),
    ...evidenceColumns(evidence),
    run_id: input.run_id,
    target_id: input.target_id,
    remembered: input.remembered.has(model)
      ? rememberedText(input.remembered.get(model))
      : (before?.remembered ?? null),
    history: JSON.stringify(history),
  };
}

/** The models that a channel has, listed or typed by hand; null if its list isn't known. */
type Offered = ReadonlySet<string> | null;

/** When a probed model vanished from the list; null if it is listed, or answers without being listed. */
function goneAt(
  before: PastRow | null,
  { model, success }: ProbeResult,
  { offered, nowS }: { offered: Offered; nowS: number },
): number | null {
  if (!before || offered?.has(model)) return null;
  if (offered === null) return success ? null : before.gone_at;
  return before.gone_at ?? nowS;
}

function rememberedText(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

async function upsert(
  db: Database,
  rows: readonly Insertable<Schema['model_states']>[],
): Promise<void> {
  const written = rows[0] ? namesOf(rows[0]) : [];
  for (const chunk of chunksOf(rows)) {
    await db.kysely
      .insertInto('model_states')
      .values(chunk)
      .onConflict((conflict) => conflict.columns(key).doUpdateSet(excluded(written, key)))
      .execute();
  }
}

/**
 * Of the models that a completed run left out, marks those that are no longer listed as gone; they keep
 * their place on the page. Those that are listed but weren't part of the run don't count any more.
 */
async function retire(
  db: Database,
  { target_id, nowS, kept_models = [] }: WriteModelStatesInput,
  { unprobed, offered }: { unprobed: readonly PastRow[]; offered: Offered },
): Promise<void> {
  const isGone = (row: PastRow) => offered !== null && !offered.has(row.model);
  const gone = unprobed.filter((row) => isGone(row) && row.gone_at === null);
  const left = unprobed.filter((row) => !isGone(row) && row.gone_at === null);
  const back = unprobed.filter((row) => offered?.has(row.model) && row.gone_at !== null);
  await setOf(db, target_id, gone, { gone_at: nowS, recheck_at: null });
  await setOf(db, target_id, back, { gone_at: null, in_last_run: 0 });
  const kept = new Set(kept_models);
  const unchosen = left.filter((row) => row.in_last_run === 1 && !kept.has(row.model));
  await setOf(db, target_id, unchosen, { in_last_run: 0 });
}

async function setOf(
  db: Database,
  targetId: number,
  rows: readonly Pick<PastRow, 'model'>[],
  columns: { gone_at?: number | null; recheck_at?: null; in_last_run?: 0 },
): Promise<void> {
  for (const chunk of chunksOf(rows.map((row) => row.model))) {
    await db.kysely
      .updateTable('model_states')
      .set(columns)
      .where('target_id', '=', targetId)
      .where('model', 'in', chunk)
      .execute();
  }
}

async function deleteLongGone(
  db: Database,
  { target_id, nowS }: Pick<WriteModelStatesInput, 'target_id' | 'nowS'>,
): Promise<void> {
  await db.kysely
    .deleteFrom('model_states')
    .where('target_id', '=', target_id)
    .where('gone_at', '<', nowS - goneForS)
    .execute();
}
