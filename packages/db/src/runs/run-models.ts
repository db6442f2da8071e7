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
  limit: number;
}

/** Probe rows as the wire has them: of one run in the order of probing, of all runs newest first. */
export async function listRunModels(db: Database, input: ListRunModelsInput): Promise<ProbeRow[]> {
  const ofTarget = db.kysely
    .selectFrom('run_models')
    .select(columns)
    .where('target_id', '=', input.target_id)
    .limit(input.limit);
  const rows =
    input.run_id === undefined
      ? await ofTarget.orderBy('run_id', 'desc').orderBy('id', 'desc').execute()
      : await ofTarget.where('run_id', '=', input.run_id).orderBy('id').execute();
  return rows.map(fromRow);
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
