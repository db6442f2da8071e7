import { type GatewayRoute, isProvingRoute } from '../gateway/gateway-route.ts';
import type { ProxyAttempt, ProxyRequest } from '../gateway/proxy-request.ts';
import type { ModelState } from './model-state.ts';

/** What live traffic shows about a target's model. */
export type LiveState = Pick<
  ModelState,
  'live_failures' | 'live_failed_at' | 'live_error' | 'live_first_byte_s'
>;

/** One attempt as evidence for or against the model that it went to. */
export interface LiveEvidence {
  target_id: number;
  model: string;
  /** When the attempt ended. */
  at: number;
  outcome: 'success' | 'failure';
  error: string | null;
  first_byte_s: number | null;
}

/** The weight of a new measurement in the moving average. */
const newestWeight = 0.3;

/**
 * The state after one more attempt. Records may arrive late and out of order: a failure from before
 * the last passed probe, or a success from before the last failure, leaves the count as it is.
 */
export function nextLiveState(
  state: LiveState,
  { outcome, at, error, first_byte_s }: LiveEvidence,
  lastSuccessAt: number | null,
): LiveState {
  const isLatest = at >= (state.live_failed_at ?? 0);
  if (outcome === 'success') {
    return {
      ...state,
      live_failures: isLatest ? 0 : state.live_failures,
      live_first_byte_s: smoothed(state.live_first_byte_s, first_byte_s),
    };
  }
  const live_failures = state.live_failures + (at > (lastSuccessAt ?? 0) ? 1 : 0);
  return isLatest
    ? { ...state, live_failures, live_failed_at: at, live_error: error }
    : { ...state, live_failures };
}

/** Whether gateways should reload and rank again; if small changes counted, they would do so all the time. */
export function hasMovedForRouting(before: LiveState, after: LiveState): boolean {
  const [was, is] = [before.live_first_byte_s, after.live_first_byte_s];
  return was === null || is === null ? was !== is : Math.abs(is - was) > was * 0.1;
}

/**
 * The evidence for or against each model that a request was sent to. An attempt whose client disconnected
 * or sent bad input gives none.
 */
export function evidenceOf(request: ProxyRequest): LiveEvidence[] {
  let at = request.timestamp;
  return request.attempts.flatMap((attempt) => {
    at += attempt.duration_s;
    const outcome = liveOutcomeOf(request.route, attempt);
    if (!outcome) return [];
    const { target_id, model, error } = attempt;
    const first_byte_s = outcome === 'success' ? firstByteOf(request) : null;
    return [{ target_id, model, at, outcome, error, first_byte_s }];
  });
}

/**
 * What an attempt shows about the model, for the gateway's breakers and for the database; null: nothing. It
 * does so only on routes that show if a model works.
 */
export function liveOutcomeOf(
  route: GatewayRoute,
  { is_live_failure, is_client_error, status, error_kind }: ProxyAttempt,
): LiveEvidence['outcome'] | null {
  if (!isProvingRoute(route)) return null;
  if (is_live_failure) return 'failure';
  if (is_client_error || error_kind !== null) return null;
  return status !== null && status >= 200 && status < 300 ? 'success' : null;
}

/**
 * Only streams show when a model starts to answer: a whole answer is sent when it is complete. After a
 * failover, the request's first byte includes the time of the failed attempts.
 */
function firstByteOf({ stream, attempts, first_byte_s }: ProxyRequest): number | null {
  return stream && attempts.length === 1 ? first_byte_s : null;
}

function smoothed(before: number | null, measured: number | null): number | null {
  if (measured === null || before === null) return measured ?? before;
  const next = before + newestWeight * (measured - before);
  return Math.round(next * 10_000) / 10_000;
}
