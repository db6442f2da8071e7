import type { ProbeRow, RunProgressed } from '@api-monitor/core';

/**
 * A probe from its event, before the run is over and its rows are stored; it lacks the answer and the
 * endpoint. Its id is negative, so that it can't be mistaken for a row's.
 */
export function liveProbe({
  run_id,
  target_id,
  done,
  probe,
}: RunProgressed['data']): ProbeRow | null {
  if (!probe) return null;
  return {
    ...probe,
    id: -done,
    run_id,
    target_id,
    stream: true,
    transport_success: probe.status_code !== null,
    tool_calls_count: 0,
    tool_calls: [],
    content: '',
    endpoint: '',
    input_tokens: null,
    output_tokens: null,
    question: null,
    requests: probe.proved_by === 'traffic' ? 0 : 1,
  };
}

/** The newest probe of each model: live ones replace the model's earlier row. */
export function withLive(rows: readonly ProbeRow[], live: readonly ProbeRow[]): ProbeRow[] {
  if (live.length === 0) return [...rows];
  const byModel = new Map(live.map((probe) => [probe.model, probe]));
  const known = new Set(rows.map((row) => row.model));
  const added = live.filter((probe) => !known.has(probe.model));
  return [...rows.map((row) => byModel.get(row.model) ?? row), ...added];
}
