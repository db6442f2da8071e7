import type { ProbeRow } from '@api-monitor/core';
import { columnsAsCsv } from '../export/to-csv.ts';

const columns = [
  'timestamp',
  'run_id',
  'model',
  'success',
  'status_code',
  'error_kind',
  'error',
  'duration',
  'first_token_s',
  'input_tokens',
  'output_tokens',
  'output_tokens_per_s',
  'requests',
  'proved_by',
  'is_wrong_answer',
  'protocol',
  'route',
  'endpoint',
  'stream',
  'tool_calls_count',
  'content',
] as const satisfies readonly (keyof ProbeRow)[];

/** The probes with the API's own names; times are ISO 8601, which spreadsheets can read. */
export function probesAsCsv(probes: readonly ProbeRow[]): string {
  return columnsAsCsv(
    columns,
    probes.map((it) => ({ ...it, timestamp: new Date(it.timestamp * 1000).toISOString() })),
  );
}

/** One probe on each line, as the API returns it. */
export function probesAsJsonl(probes: readonly ProbeRow[]): string {
  return probes.map((probe) => `${JSON.stringify(probe)}\n`).join('');
}
