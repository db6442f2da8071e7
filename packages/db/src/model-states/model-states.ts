import {
  chooseRoute,
  fieldKindsOf,
  type ModelState,
  modelStateShape,
  protocolOf,
  type RunTrigger,
} from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import { createCodec, parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

export const modelStateCodec = createCodec<ModelState>(fieldKindsOf(modelStateShape));
const { fromRow } = modelStateCodec;

/** A model's latest state, for the dashboard. */
export interface ModelStateRow extends ModelState {
  target_id: number;
  run_id: number;
  /** JSON text: HistoryPoint[], oldest first. */
  history: string;
}

export interface ListModelStatesInput {
  /** Absent: of every target. */
  target_ids?: readonly number[];
  /** Only of this model. */
  model?: string | undefined;
  /** false doesn't read the widest column: `history` is then `[]`. */
  with_history?: boolean;
}

/**
 * The models that each target's last completed run probed, by target and name. Histories stay text, so
 * that an answer can splice them in: parsing 10,000 of them would cost more than everything else.
 */
export async function listModelStates(
  db: Database,
  { target_ids, ...input }: ListModelStatesInput = {},
): Promise<ModelStateRow[]> {
  if (!target_ids) return readStates(db, null, input);
  const states: ModelStateRow[] = [];
  for (const chunk of chunksOf([...target_ids].sort((a, b) => a - b))) {
    states.push(...(await readStates(db, chunk, input)));
  }
  return states;
}

async function readStates(
  db: Database,
  targetIds: readonly number[] | null,
  { model, with_history = true }: Pick<ListModelStatesInput, 'model' | 'with_history'>,
): Promise<ModelStateRow[]> {
  let query = db.kysely
    .selectFrom('model_states')
    .select(['target_id', 'run_id', ...modelStateCodec.columns])
    .where('in_last_run', '=', 1);
  if (targetIds) query = query.where('target_id', 'in', targetIds);
  if (model !== undefined) query = query.where('model', '=', model);
  query = query.orderBy('target_id').orderBy('model');
  if (with_history) return (await query.select('history').execute()).map(fromRow);
  return (await query.execute()).map((row) => ({ ...fromRow(row), history: '[]' }));
}

/** What the worker knows about a model before it probes it. */
export interface KnownModel extends Pick<ModelState, 'model' | 'protocol' | 'route' | 'success'> {
  /** As it was given to `finishRun`; null if nothing was. */
  remembered: unknown;
}

/** All known models of a target, including those that its last run left out. */
export async function listKnownModels(db: Database, targetId: number): Promise<KnownModel[]> {
  const rows = await db.kysely
    .selectFrom('model_states')
    .select(['model', 'protocol', 'route', 'success', 'remembered'])
    .where('target_id', '=', targetId)
    .orderBy('model')
    .execute();
  return rows.map((row) => ({ ...fromRow(row), remembered: parseRemembered(row.remembered) }));
}

function parseRemembered(text: string | null): unknown {
  return text === null ? null : parseColumn<unknown>(text);
}

export type AvailableModel = Pick<ModelState, 'model' | 'protocol' | 'success'>;

/** The models that a target's owner may choose from: all that were listed or probed, chosen or not. */
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
  for (const row of probed) available.set(row.model, fromRow(row));
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

function protocolByName(model: string): ModelState['protocol'] {
  const plan = chooseRoute(model);
  return plan.kind === 'skip' ? 'openai' : protocolOf(plan.route);
}

/** The last probe of one model. */
export interface LastProbe extends Pick<ModelState, 'success' | 'timestamp'> {
  /** What asked for the probe; null if its run is pruned. */
  trigger: RunTrigger | null;
  /** As it was given to `finishRun`; null if nothing was. */
  remembered: unknown;
}

/** The last probe of one model; null if the model isn't known. */
export async function getLastProbe(
  db: Database,
  targetId: number,
  model: string,
): Promise<LastProbe | null> {
  const row = await db.kysely
    .selectFrom('model_states')
    .leftJoin('runs', 'runs.id', 'model_states.run_id')
    .select(['model_states.success', 'timestamp', 'trigger', 'remembered'])
    .where('model_states.target_id', '=', targetId)
    .where('model', '=', model)
    .executeTakeFirst();
  return row ? { ...fromRow(row), remembered: parseRemembered(row.remembered) } : null;
}

/** A model whose last probe was asked for by live traffic and failed. */
export type DeadInTraffic = Pick<
  ModelStateRow,
  'target_id' | 'model' | 'timestamp' | 'state_since'
>;

/** Those of enabled targets, the oldest probe first: no scheduled run has probed them since. */
export async function listDeadInTraffic(db: Database): Promise<DeadInTraffic[]> {
  return db.kysely
    .selectFrom('model_states')
    .innerJoin('runs', 'runs.id', 'model_states.run_id')
    .innerJoin('targets', 'targets.id', 'model_states.target_id')
    .select(['model_states.target_id', 'model', 'timestamp', 'state_since'])
    .where('runs.trigger', '=', 'traffic')
    .where('model_states.success', '=', 0)
    .where('targets.enabled', '=', 1)
    .orderBy('timestamp')
    .execute();
}
