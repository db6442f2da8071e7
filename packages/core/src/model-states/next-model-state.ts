import {
  appendPoint,
  type HistoryPoint,
  historyPointOf,
  type ProbeResult,
} from '../probes/probe-row.ts';

type LatestProbe = Pick<
  ProbeResult,
  | 'model'
  | 'protocol'
  | 'route'
  | 'success'
  | 'duration'
  | 'error'
  | 'error_kind'
  | 'status_code'
  | 'timestamp'
  | 'first_token_s'
  | 'output_tokens_per_s'
>;

/** What a model's probes say of it: the latest one, and what came before. Times: Unix seconds. */
export interface ProbedModel extends LatestProbe {
  last_success_at: number | null;
  /** When `success` last flipped, or the first probe. */
  state_since: number;
  /** Failures of live traffic since it, or a probe, last succeeded. */
  live_failures: number;
  /** The newest points, oldest first. */
  history: HistoryPoint[];
}

type PastModel = Pick<
  ProbedModel,
  'success' | 'last_success_at' | 'state_since' | 'live_failures' | 'history'
>;

/** The state after one more probe; `previous` is null at a model's first. */
export function nextModelState(previous: PastModel | null, probe: LatestProbe): ProbedModel {
  const { protocol, route, model, success, duration, error, error_kind, status_code } = probe;
  const { timestamp, first_token_s, output_tokens_per_s } = probe;
  const hasFlipped = previous?.success !== success;
  return {
    ...{ model, protocol, route, success, duration, error, error_kind, status_code },
    ...{ timestamp, first_token_s, output_tokens_per_s },
    last_success_at: success ? timestamp : (previous?.last_success_at ?? null),
    state_since: hasFlipped ? timestamp : previous.state_since,
    // A probe that passes outweighs the traffic that failed before it.
    live_failures: success ? 0 : (previous?.live_failures ?? 0),
    history: appendPoint(previous?.history ?? [], historyPointOf(probe)),
  };
}
