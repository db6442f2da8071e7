import { type HistoryPoint, nextModelState, type ProbeResult } from '@api-monitor/core';
import type { Insertable } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Database } from '../engine/database.ts';
import { bitOf, parseColumn } from '../engine/json-column.ts';
import type { ModelStateTableRow, Schema } from '../schema.ts';

export interface WriteModelStatesInput {
  run_id: number;
  target_id: number;
  status: 'completed' | 'error' | 'interrupted';
  probes: readonly ProbeResult[];
  remembered: ReadonlyMap<string, unknown>;
  listed_models: readonly string[] | null;
}

type PastRow = Pick<ModelStateTableRow, (typeof pastColumns)[number]>;

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

/** Carries each probed model's state forward; a completed run also settles which models count. */
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

/** Carries the state of one known model forward; false where the model is not known. */
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

/** The states of all the target's models, or of the one that is named. */
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
  const previous = past && {
    ...past,
    success: past.success === 1,
    history: parseColumn<HistoryPoint[]>(past.history),
  };
  const { success, history, ...state } = nextModelState(previous, probe);
  return {
    ...state,
    success: bitOf(success),
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
  for (const chunk of chunksOf(rows)) {
    await db.kysely
      .insertInto('model_states')
      .values(chunk)
      .onConflict((conflict) =>
        conflict.columns(['target_id', 'model']).doUpdateSet((update) => ({
          protocol: update.ref('excluded.protocol'),
          route: update.ref('excluded.route'),
          success: update.ref('excluded.success'),
          duration: update.ref('excluded.duration'),
          error: update.ref('excluded.error'),
          error_kind: update.ref('excluded.error_kind'),
          status_code: update.ref('excluded.status_code'),
          timestamp: update.ref('excluded.timestamp'),
          first_token_s: update.ref('excluded.first_token_s'),
          output_tokens_per_s: update.ref('excluded.output_tokens_per_s'),
          last_success_at: update.ref('excluded.last_success_at'),
          state_since: update.ref('excluded.state_since'),
          run_id: update.ref('excluded.run_id'),
          in_last_run: update.ref('excluded.in_last_run'),
          live_failures: update.ref('excluded.live_failures'),
          remembered: update.ref('excluded.remembered'),
          history: update.ref('excluded.history'),
        })),
      )
      .execute();
  }
}

/** A model that is no longer listed goes; one that is listed but was not chosen steps back. */
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
