import {
  chooseRoute,
  fieldKindsOf,
  type ModelState,
  modelStateShape,
  protocolOf,
} from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import { type Columns, createCodec, parseColumn } from '../engine/columns.ts';
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
  /** Only of the models that have one of these names. */
  models?: readonly string[] | undefined;
  /** false doesn't read the widest column: `history` is then `[]`. */
  with_history?: boolean;
}

/**
 * The models that count, by target and name: those that each target's last completed run probed, and those
 * that have vanished from the list since (`gone_at`). Histories stay text, so that an answer can splice them
 * in: parsing 10,000 of them would cost more than everything else.
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
  { models, with_history = true }: Pick<ListModelStatesInput, 'models' | 'with_history'>,
): Promise<ModelStateRow[]> {
  let query = db.kysely
    .selectFrom('model_states')
    .select(['target_id', 'run_id', ...modelStateCodec.columns])
    .where('in_last_run', '=', 1);
  if (targetIds) query = query.where('target_id', 'in', targetIds);
  if (models) query = query.where('model', 'in', models);
  query = query.orderBy('target_id').orderBy('model');
  if (with_history) return (await query.select('history').execute()).map(fromRow);
  return (await query.execute()).map((row) => ({ ...fromRow(row), history: '[]' }));
}

/** The models that the target offers, as it calls them. */
export async function listOfferedNames({ kysely }: Database, targetId: number): Promise<string[]> {
  const rows = await kysely
    .selectFrom('model_states')
    .select('model')
    .where('target_id', '=', targetId)
    .where('in_last_run', '=', 1)
    .where('gone_at', 'is', null)
    .orderBy('model')
    .execute();
  return rows.map(({ model }) => model);
}

const knownColumns = [
  'model',
  'protocol',
  'route',
  'success',
  'timestamp',
  'state_since',
  'last_success_at',
  'evidence',
  'gone_at',
] as const;

/** What the worker knows about a model before it probes it. */
export interface KnownState extends Pick<ModelState, (typeof knownColumns)[number]> {
  /** As it was given to `finishRun`; null if nothing was. */
  remembered: unknown;
}

/** All known models of a target, including those that its last run left out and those that are gone. */
export async function listKnownModels(db: Database, targetId: number): Promise<KnownState[]> {
  return (await selectKnown(db, targetId).orderBy('model').execute()).map(knownOf);
}

/** One of the known models of a target; null if it isn't known. */
export async function getKnownModel(
  db: Database,
  targetId: number,
  model: string,
): Promise<KnownState | null> {
  const row = await selectKnown(db, targetId).where('model', '=', model).executeTakeFirst();
  return row ? knownOf(row) : null;
}

function selectKnown({ kysely }: Database, targetId: number) {
  return kysely
    .selectFrom('model_states')
    .select([...knownColumns, 'remembered'])
    .where('target_id', '=', targetId);
}

type KnownRow = Columns<Omit<KnownState, 'remembered'>> & { remembered: string | null };

function knownOf({ remembered, ...row }: KnownRow): KnownState {
  return { ...fromRow(row), remembered: parseRemembered(remembered) };
}

function parseRemembered(text: string | null): unknown {
  return text === null ? null : parseColumn<unknown>(text);
}

export type AvailableModel = Pick<ModelState, 'model' | 'protocol' | 'success'>;

/** The models that a target's owner may choose from: all that are listed or were probed, chosen or not. */
export async function listAvailableModels(
  db: Database,
  targetId: number,
): Promise<AvailableModel[]> {
  const probed = await db.kysely
    .selectFrom('model_states')
    .select(['model', 'protocol', 'success'])
    .where('target_id', '=', targetId)
    .where('gone_at', 'is', null)
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
