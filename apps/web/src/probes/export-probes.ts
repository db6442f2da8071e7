import type { ProbeRow } from '@api-monitor/core';
import { toCsv } from '../export/to-csv.ts';

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
  'output_tokens',
  'output_tokens_per_s',
  'protocol',
  'route',
  'endpoint',
  'stream',
  'tool_calls_count',
  'content',
] as const satisfies readonly (keyof ProbeRow)[];

/** The probes under the wire's own names; times are ISO 8601, since a spreadsheet reads these. */
export function probesAsCsv(probes: readonly ProbeRow[]): string {
  const rows = probes.map((probe) =>
    columns.map((name) =>
      name === 'timestamp' ? new Date(probe.timestamp * 1000).toISOString() : probe[name],
    ),
  );
  return toCsv(columns, rows);
}

/** A line a probe, as the api has it. */
export function probesAsJsonl(probes: readonly ProbeRow[]): string {
  return probes.map((probe) => `${JSON.stringify(probe)}\n`).join('');
}
