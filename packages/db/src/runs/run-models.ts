import type { ProbeResult, ProbeRow } from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import type { Database } from '../engine/database.ts';
import { bitOf } from '../engine/json-column.ts';
import type { RunModelTableRow } from '../schema.ts';
import { readToolCalls } from './read-tool-calls.ts';

const columns = [
  'id',
  'run_id',
  'target_id',
  'protocol',
  'model',
  'stream',
  'duration',
  'success',
  'transport_success',
  'tool_calls_count',
  'tool_calls',
  'content',
  'timestamp',
  'error',
  'error_kind',
  'status_code',
  'route',
  'endpoint',
  'first_token_s',
  'output_tokens',
  'output_tokens_per_s',
] as const;

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
  return rows.map(probeRowOf);
}

/** Writes a run's probes; belongs into the transaction that finishes the run. */
export async function insertRunModels(
  db: Database,
  { run_id, target_id }: { run_id: number; target_id: number },
  probes: readonly ProbeResult[],
): Promise<void> {
  for (const chunk of chunksOf(probes)) {
    const rows = chunk.map((probe) => ({
      ...columnsOf(probe),
      run_id,
      target_id,
    }));
    await db.kysely.insertInto('run_models').values(rows).execute();
  }
}

/** Names each column, so that a field beyond ours can't slip into the statement. */
function columnsOf(probe: ProbeResult) {
  return {
    protocol: probe.protocol,
    model: probe.model,
    stream: bitOf(probe.stream),
    duration: probe.duration,
    success: bitOf(probe.success),
    transport_success: bitOf(probe.transport_success),
    tool_calls_count: probe.tool_calls_count,
    tool_calls: JSON.stringify(probe.tool_calls),
    content: probe.content,
    timestamp: probe.timestamp,
    error: probe.error,
    error_kind: probe.error_kind,
    status_code: probe.status_code,
    route: probe.route,
    endpoint: probe.endpoint,
    first_token_s: probe.first_token_s,
    output_tokens: probe.output_tokens,
    output_tokens_per_s: probe.output_tokens_per_s,
  };
}

function probeRowOf(row: RunModelTableRow): ProbeRow {
  return {
    ...row,
    stream: Boolean(row.stream),
    success: Boolean(row.success),
    transport_success: Boolean(row.transport_success),
    tool_calls: readToolCalls(row.tool_calls),
  };
}
