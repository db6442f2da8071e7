import {
  fieldKindsOf,
  type ProbeResult,
  type ProbeRow,
  probeRowShape,
  type ToolCall,
} from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import { createCodec } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

const { columns, toRow, fromRow } = createCodec<ProbeRow>(fieldKindsOf(probeRowShape), {
  tool_calls: readToolCalls,
});

export interface ListRunModelsInput {
  target_id: number;
  /** Absent: the rows of all runs. */
  run_id?: number | undefined;
  /** Of a run: also the single probes since. */
  with_rechecks?: boolean;
  limit: number;
}

/** Probe rows as the wire has them: of one run in the order of probing, of all runs newest first. */
export async function listRunModels(db: Database, input: ListRunModelsInput): Promise<ProbeRow[]> {
  const ofTarget = db.kysely
    .selectFrom('run_models')
    .select(columns)
    .where('target_id', '=', input.target_id)
    .limit(input.limit);
  const { run_id, with_rechecks = false } = input;
  const rows =
    run_id === undefined
      ? await ofTarget.orderBy('run_id', 'desc').orderBy('id', 'desc').execute()
      : await ofTarget
          .where((where) => {
            const ofRun = where('run_id', '=', run_id);
            return with_rechecks
              ? where.or([ofRun, where('run_id', 'in', recheckIds(db, input.target_id, run_id))])
              : ofRun;
          })
          .orderBy('id')
          .execute();
  return rows.map(fromRow);
}

/** The single probes of a target since a run; each is a run of its own. */
function recheckIds({ kysely }: Database, targetId: number, runId: number) {
  return kysely
    .selectFrom('runs')
    .select('id')
    .where('target_id', '=', targetId)
    .where('id', '>', runId)
    .where('trigger', '=', 'traffic');
}

/** Writes a run's probes; belongs in the transaction that finishes the run. */
export async function insertRunModels(
  db: Database,
  { run_id, target_id }: { run_id: number; target_id: number },
  probes: readonly ProbeResult[],
): Promise<void> {
  for (const chunk of chunksOf(probes)) {
    const rows = chunk.map((probe) => toRow({ ...probe, run_id, target_id }));
    await db.kysely.insertInto('run_models').values(rows).execute();
  }
}

/**
 * The tool calls of a stored row. Rows of the older tool hold what the provider sent (OpenAI's
 * `{function: {name, arguments}}`); text that isn't a JSON list gives none.
 */
export function readToolCalls(text: string): ToolCall[] {
  if (text === '[]') return [];
  try {
    const calls: unknown = JSON.parse(text);
    return Array.isArray(calls) ? calls.map(toolCallOf) : [];
  } catch {
    return [];
  }
}

function toolCallOf(call: unknown): ToolCall {
  const inner = fieldOf(call, 'function') ?? call;
  return { name: textOf(fieldOf(inner, 'name')), arguments: textOf(fieldOf(inner, 'arguments')) };
}

function fieldOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.getOwnPropertyDescriptor(value, name)?.value;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined ? '' : JSON.stringify(value);
}
