import { chooseRoute, protocolOf, type Route, type WireProtocol } from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Database } from '../engine/database.ts';
import { parseColumn } from '../engine/json-column.ts';
import type { ModelStateTableRow } from '../schema.ts';

/** A model's latest state, for the dashboard. `history` is JSON text (HistoryPoint[], oldest first). */
export interface ModelStateRow
  extends Omit<ModelStateTableRow, 'success' | 'in_last_run' | 'remembered'> {
  success: boolean;
}

export interface ListModelStatesInput {
  /** Absent: of every target, ordered by target. */
  target_id?: number | undefined;
  /** Of these targets alone. */
  target_ids?: readonly number[] | undefined;
  /** Of this model alone. */
  model?: string | undefined;
  /** false leaves the widest column unread: `history` is then `[]`. */
  with_history?: boolean;
}

const columns = [
  'target_id',
  'model',
  'protocol',
  'route',
  'success',
  'duration',
  'error',
  'error_kind',
  'status_code',
  'timestamp',
  'first_token_s',
  'output_tokens_per_s',
  'last_success_at',
  'state_since',
  'run_id',
  'live_failures',
  'live_failed_at',
  'live_error',
  'live_first_byte_s',
] as const;

/**
 * The models that each target's last completed run probed, by target and name. The history stays
 * text, so that an answer can splice it in: parsing 10,000 of them would cost more than all else.
 */
export async function listModelStates(
  db: Database,
  { target_id, target_ids, ...input }: ListModelStatesInput = {},
): Promise<ModelStateRow[]> {
  const ids = target_ids ?? (target_id === undefined ? null : [target_id]);
  if (ids === null) return readStates(db, null, input);
  const states: ModelStateRow[] = [];
  for (const chunk of chunksOf([...ids].sort((a, b) => a - b))) {
    states.push(...(await readStates(db, chunk, input)));
  }
  return states;
}

async function readStates(
  db: Database,
  targetIds: readonly number[] | null,
  { model, with_history = true }: Pick<ListModelStatesInput, 'model' | 'with_history'>,
): Promise<ModelStateRow[]> {
  let query = db.kysely.selectFrom('model_states').select(columns).where('in_last_run', '=', 1);
  if (targetIds) query = query.where('target_id', 'in', targetIds);
  if (model !== undefined) query = query.where('model', '=', model);
  query = query.orderBy('target_id').orderBy('model');
  if (with_history) {
    const rows = await query.select('history').execute();
    return rows.map((row) => ({ ...row, success: row.success === 1 }));
  }
  const rows = await query.execute();
  return rows.map((row) => ({ ...row, success: row.success === 1, history: '[]' }));
}

/** What the worker knows of a model before it probes it. */
export interface KnownModel {
  model: string;
  protocol: WireProtocol;
  route: Route;
  success: boolean;
  /** As it was given to `finishRun`; null where nothing was. */
  remembered: unknown;
}

/** All models of a target that are known, those too that its last run left out. */
export async function listKnownModels(db: Database, targetId: number): Promise<KnownModel[]> {
  const rows = await db.kysely
    .selectFrom('model_states')
    .select(['model', 'protocol', 'route', 'success', 'remembered'])
    .where('target_id', '=', targetId)
    .orderBy('model')
    .execute();
  return rows.map((row) => ({
    ...row,
    success: row.success === 1,
    remembered: row.remembered === null ? null : parseColumn<unknown>(row.remembered),
  }));
}

export interface AvailableModel {
  model: string;
  protocol: WireProtocol;
  success: boolean;
}

/** The models that a target's owner may choose from: all that were listed or probed, chosen now or not. */
export async function listAvailableModels(
  db: Database,
  targetId: number,
): Promise<AvailableModel[]> {
  const probed = await db.kysely
    .selectFrom('model_states')
    .select(['model', 'protocol', 'success'])
    .where('target_id', '=', targetId)
    .execute();
  const available = new Map<string, AvailableModel>();
  for (const model of await listedModels(db, targetId)) {
    available.set(model, { model, protocol: protocolByName(model), success: false });
  }
  for (const row of probed) available.set(row.model, { ...row, success: row.success === 1 });
  return [...available.values()].sort((a, b) => (a.model < b.model ? -1 : 1));
}

async function listedModels(db: Database, targetId: number): Promise<string[]> {
  const target = await db.kysely
    .selectFrom('targets')
    .select('listed_models')
    .where('id', '=', targetId)
    .executeTakeFirst();
  return target?.listed_models ? parseColumn<string[]>(target.listed_models) : [];
}

function protocolByName(model: string): WireProtocol {
  const plan = chooseRoute(model);
  return plan.kind === 'skip' ? 'openai' : protocolOf(plan.route);
}
