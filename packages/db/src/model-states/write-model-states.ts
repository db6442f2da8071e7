import { type HistoryPoint, namesOf, nextModelState, type ProbeResult } from '@api-monitor/core';
import type { Insertable, Selectable } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { excluded, parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import type { Schema } from '../schema.ts';
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
  /** What worked, by model, as plain JSON values; absent models keep what they had. */
  remembered: ReadonlyMap<string, unknown>;
  /** Every model that the channel offers, selected or not; null if the full list isn't known. */
  listed_models: readonly string[] | null;
}

type PastRow = Pick<Selectable<Schema['model_states']>, (typeof pastColumns)[number]>;

const key = ['target_id', 'model'] as const;
const pastColumns = [
  'model',
  'success',
  'last_success_at',
  'state_since',
  'in_last_run',
  'live_failures',
  'remembered',
  'history',
] as const;

/** Carries forward the state of each probed model; a completed run also decides which models count. */
export async function writeModelStates(db: Database, input: WriteModelStatesInput): Promise<void> {
  const past = await readPast(db, input.target_id);
  const rows = new Map<string, Insertable<Schema['model_states']>>();
  for (const probe of input.probes) {
    const known = past.get(probe.model) ?? null;
    const counts = input.status === 'completed' ? 1 : (known?.in_last_run ?? 1);
    rows.set(probe.model, { ...nextRow(input, probe, known), in_last_run: counts });
  }
  await upsert(db, [...rows.values()]);
  if (input.status !== 'completed') return;
  const unprobed = [...past.values()].filter((row) => !rows.has(row.model));
  await retire(db, input, unprobed);
}

/** Carries forward the state of one known model; false if the model isn't known. */
export async function writeModelState(
  db: Database,
  input: Pick<WriteModelStatesInput, 'run_id' | 'target_id' | 'remembered'>,
  probe: ProbeResult,
): Promise<boolean> {
  const past = (await readPast(db, input.target_id, probe.model)).get(probe.model);
  if (!past) return false;
  await upsert(db, [{ ...nextRow(input, probe, past), in_last_run: past.in_last_run }]);
  return true;
}

/** The states of the target's models, or of the one that is named. */
async function readPast(
  db: Database,
  targetId: number,
  model?: string,
): Promise<Map<string, PastRow>> {
  let query = db.kysely
    .selectFrom('model_states')
    .select(pastColumns)
    .where('target_id', '=', targetId);
  if (model !== undefined) query = query.where('model', '=', model);
  return new Map((await query.execute()).map((row) => [row.model, row]));
}

function nextRow(
  input: Pick<WriteModelStatesInput, 'run_id' | 'target_id' | 'remembered'>,
  probe: ProbeResult,
  past: PastRow | null,
) {
  const previous =
    past &&
    modelStateCodec.fromRow({ ...past, history: parseColumn<HistoryPoint[]>(past.history) });
  const { history, ...state } = nextModelState(previous, probe);
  return {
    ...modelStateCodec.toRow(state),
    run_id: input.run_id,
    target_id: input.target_id,
    remembered: input.remembered.has(probe.model)
      ? rememberedText(input.remembered.get(probe.model))
      : (past?.remembered ?? null),
    history: JSON.stringify(history),
  };
}

function rememberedText(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

async function upsert(
  db: Database,
  rows: readonly Insertable<Schema['model_states']>[],
): Promise<void> {
  // Not the columns that live traffic writes.
  const written = rows[0] ? namesOf(rows[0]) : [];
  for (const chunk of chunksOf(rows)) {
    await db.kysely
      .insertInto('model_states')
      .values(chunk)
      .onConflict((conflict) => conflict.columns(key).doUpdateSet(excluded(written, key)))
      .execute();
  }
}

/** Deletes models that are no longer listed; those that are listed but weren't probed count no longer. */
async function retire(
  db: Database,
  input: WriteModelStatesInput,
  unprobed: readonly PastRow[],
): Promise<void> {
  const listed = input.listed_models && new Set(input.listed_models);
  const gone = unprobed.filter((row) => listed !== null && !listed.has(row.model));
  const back = unprobed.filter((row) => row.in_last_run === 1 && !gone.includes(row));
  for (const chunk of chunksOf(gone.map((row) => row.model))) {
    await db.kysely
      .deleteFrom('model_states')
      .where('target_id', '=', input.target_id)
      .where('model', 'in', chunk)
      .execute();
  }
  for (const chunk of chunksOf(back.map((row) => row.model))) {
    await db.kysely
      .updateTable('model_states')
      .set({ in_last_run: 0 })
      .where('target_id', '=', input.target_id)
      .where('model', 'in', chunk)
      .execute();
  }
}
