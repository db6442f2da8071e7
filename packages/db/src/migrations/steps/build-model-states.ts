import { type Kysely, sql } from 'kysely';
import { chunksOf } from '../../engine/chunks-of.ts';
import type { Bit } from '../../engine/columns.ts';
import { type AnySchema, pagesOf } from './any-schema.ts';

const historyLength = 30;

/** The columns of a probe that a point of a model's history has, beside `success`. */
const pointColumns = [
  'duration',
  'timestamp',
  'error',
  'error_kind',
  'status_code',
  'first_token_s',
] as const;
/** The columns that a model's state takes over from its latest probe. */
const probedColumns = [
  ...pointColumns,
  'target_id',
  'run_id',
  'model',
  'protocol',
  'route',
  'success',
  'output_tokens_per_s',
] as const;

interface Probe extends Record<(typeof probedColumns)[number], unknown> {
  id: number;
  target_id: number;
  run_id: number;
  model: string;
  success: Bit;
  timestamp: number;
}

interface State {
  latest: Probe;
  last_success_at: number | null;
  state_since: number;
  history: object[];
}

/** Replays the stored probes, oldest first, one target after the other. */
export async function buildModelStates(db: Kysely<AnySchema>): Promise<void> {
  for (const ofTarget of (await replay(db)).values()) {
    const states = [...ofTarget.values()];
    const lastRunId = Math.max(...states.map(({ latest }) => latest.run_id));
    const rows = states.map(({ latest, history, ...state }) => ({
      ...columnsOf(latest, probedColumns),
      ...state,
      in_last_run: latest.run_id === lastRunId ? 1 : 0,
      remembered: null,
      history: JSON.stringify(history),
    }));
    for (const chunk of chunksOf(rows)) {
      await db.insertInto('model_states').values(chunk).execute();
    }
  }
}

/** The states by target and model; probes whose target is gone are left out. */
async function replay(db: Kysely<AnySchema>): Promise<Map<number, Map<string, State>>> {
  const targets = await db.selectFrom('targets').select('id').$castTo<{ id: number }>().execute();
  const states = new Map(targets.map(({ id }) => [id, new Map<string, State>()]));
  const isOwned = sql<boolean>`run_id is not null`;
  for await (const probes of pagesOf<Probe>(db, 'run_models', probedColumns, isOwned)) {
    for (const probe of probes) {
      const ofTarget = states.get(probe.target_id);
      ofTarget?.set(probe.model, nextState(ofTarget.get(probe.model), probe));
    }
  }
  return states;
}

function nextState(state: State | undefined, probe: Probe): State {
  const { success, timestamp } = probe;
  const point = { success: success === 1, ...columnsOf(probe, pointColumns) };
  return {
    latest: probe,
    last_success_at: success === 1 ? timestamp : (state?.last_success_at ?? null),
    state_since: state?.latest.success === success ? state.state_since : timestamp,
    history: [...(state?.history ?? []), point].slice(-historyLength),
  };
}

function columnsOf(probe: Probe, columns: readonly (keyof Probe)[]): Record<string, unknown> {
  return Object.fromEntries(columns.map((column) => [column, probe[column]]));
}
