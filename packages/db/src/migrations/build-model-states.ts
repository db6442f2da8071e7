import { nextModelState, type ProbedModel } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import { chunksOf } from '../engine/chunks-of.ts';
import { bitOf } from '../engine/json-column.ts';
import type { Schema } from '../schema.ts';

const pageLength = 5_000;

/** Replays the kept probes, oldest first, through the same step that every later run takes. */
export async function buildModelStates(db: Kysely<Schema>): Promise<void> {
  const states = await replay(db);
  const targets = await db.selectFrom('targets').select('id').execute();
  for (const { id } of targets) {
    const ofTarget = [...(states.get(id)?.values() ?? [])];
    const lastRunId = Math.max(0, ...ofTarget.map((state) => state.run_id));
    // The columns of live traffic come with a later migration.
    const rows = ofTarget.map(({ success, history, live_failures: _, ...state }) => ({
      ...state,
      success: bitOf(success),
      target_id: id,
      in_last_run: state.run_id === lastRunId ? (1 as const) : (0 as const),
      remembered: null,
      history: JSON.stringify(history),
    }));
    for (const chunk of chunksOf(rows)) {
      await db.insertInto('model_states').values(chunk).execute();
    }
  }
}

type LastState = ProbedModel & { run_id: number };

async function replay(db: Kysely<Schema>): Promise<Map<number, Map<string, LastState>>> {
  const states = new Map<number, Map<string, LastState>>();
  let page = await readPage(db, 0);
  while (page.length > 0) {
    for (const row of page) {
      const ofTarget = states.get(row.target_id) ?? new Map<string, LastState>();
      states.set(row.target_id, ofTarget);
      const probe = { ...row, success: Boolean(row.success) };
      const next = nextModelState(ofTarget.get(row.model) ?? null, probe);
      ofTarget.set(row.model, { ...next, run_id: row.run_id });
    }
    page = await readPage(db, page.at(-1)?.id ?? 0);
  }
  return states;
}

function readPage(db: Kysely<Schema>, afterId: number) {
  return db
    .selectFrom('run_models')
    .select([
      'id',
      'run_id',
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
    ])
    .where('id', '>', afterId)
    .where('run_id', 'is not', null)
    .orderBy('id')
    .limit(pageLength)
    .execute();
}
