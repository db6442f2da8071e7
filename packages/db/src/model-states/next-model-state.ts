import {
  appendPoint,
  type HistoryPoint,
  historyPointOf,
  type ProbeResult,
} from '@api-monitor/core';
import type { Bit } from '../schema.ts';

type StateOfProbe = Pick<
  ProbeResult,
  | 'model'
  | 'protocol'
  | 'route'
  | 'duration'
  | 'error'
  | 'error_kind'
  | 'status_code'
  | 'timestamp'
  | 'first_token_s'
  | 'output_tokens_per_s'
>;

/** What a row of `model_states` says of a model, its history parsed. */
export interface ModelState extends StateOfProbe {
  success: Bit;
  last_success_at: number | null;
  state_since: number;
  run_id: number;
  history: HistoryPoint[];
}

/** What a model's state must still tell of its past. */
type PastState = Pick<ModelState, 'success' | 'last_success_at' | 'state_since' | 'history'>;

/** The state after one more probe; `previous` is null at a model's first. */
export function nextModelState(
  previous: PastState | null,
  probe: StateOfProbe & { success: boolean },
  runId: number,
): ModelState {
  const { protocol, route, model, duration, error, error_kind, status_code } = probe;
  const { success, timestamp, first_token_s, output_tokens_per_s } = probe;
  const hasFlipped = previous === null || Boolean(previous.success) !== success;
  return {
    model,
    protocol,
    route,
    success: success ? 1 : 0,
    duration,
    error,
    error_kind,
    status_code,
    timestamp,
    first_token_s,
    output_tokens_per_s,
    last_success_at: success ? timestamp : (previous?.last_success_at ?? null),
    state_since: hasFlipped ? timestamp : previous.state_since,
    run_id: runId,
    history: appendPoint(previous?.history ?? [], historyPointOf(probe)),
  };
}
