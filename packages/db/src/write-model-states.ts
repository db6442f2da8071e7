import type { HistoryPoint, ProbeResult } from '@api-monitor/core';
import type { Insertable } from 'kysely';
import { chunksOf } from './chunks-of.ts';
import type { Database } from './database.ts';
import { parseColumn } from './json-column.ts';
import { nextModelState } from './next-model-state.ts';
import type { Bit, ModelStateTableRow, Schema } from './schema.ts';

export interface WriteModelStatesInput {
  run_id: number;
  target_id: number;
  status: 'completed' | 'error' | 'interrupted';
  probes: readonly ProbeResult[];
  remembered: ReadonlyMap<string, unknown>;
  listed_models: readonly string[] | null;
}

type PastRow = Pick<
  ModelStateTableRow,
  'model' | 'success' | 'last_success_at' | 'state_since' | 'remembered' | 'history' | 'in_last_run'
>;

/** Carries each probed model's state forward; a completed run also settles which models count. */
export async function writeModelStates(db: Database, input: WriteModelStatesInput): Promise<void> {
  const past = await readPast(db, input.target_id);
  const rows = new Map<string, Insertable<Schema['model_states']>>();
  for (const probe of input.probes) {
    rows.set(probe.model, nextRow(input, probe, past.get(probe.model) ?? null));
  }
  await upsert(db, [...rows.values()]);
  if (input.status !== 'completed') return;
  const unprobed = [...past.values()].filter((row) => !rows.has(row.model));
  await retire(db, input, unprobed);
}

async function readPast(db: Database, targetId: number): Promise<Map<string, PastRow>> {
  const rows = await db.kysely
    .selectFrom('model_states')
    .select([
      'model',
      'success',
      'last_success_at',
      'state_since',
      'remembered',
      'in_last_run',
      'history',
    ])
    .where('target_id', '=', targetId)
    .execute();
  return new Map(rows.map((row) => [row.model, row]));
}

function nextRow(
  input: WriteModelStatesInput,
  probe: ProbeResult,
  past: PastRow | null,
): Insertable<Schema['model_states']> {
  const previous = past && { ...past, history: parseColumn<HistoryPoint[]>(past.history) };
  const { history, ...state } = nextModelState(previous, probe, input.run_id);
  const inLastRun: Bit = input.status === 'completed' ? 1 : (past?.in_last_run ?? 1);
  return {
    ...state,
    target_id: input.target_id,
    in_last_run: inLastRun,
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
