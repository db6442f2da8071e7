import { type ErrorKind, type GatewayRoute, isProvingRoute } from '@api-monitor/core';
import type { AttemptEnd } from './answer-pipe.ts';

/** What live traffic has against a channel's model. */
export interface LiveFailure {
  error: string;
  error_kind: ErrorKind;
}

const kindByStatus: Record<number, ErrorKind> = {
  401: 'auth',
  402: 'quota',
  408: 'timeout',
  429: 'rate_limit',
};

/**
 * Whether another channel should be asked before the client hears of this status: the channel is
 * busy, broken, or out of credit, or refuses its own key. What the client sent wrong goes back to it.
 */
export function isHeldBackStatus(status: number): boolean {
  return status >= 500 || status in kindByStatus;
}

/** Null where the attempt says nothing against the model: it answered, or the client was at fault. */
export function isLiveFailure(end: AttemptEnd, route: GatewayRoute): LiveFailure | null {
  switch (end.kind) {
    case 'client_left':
      return null;
    case 'retriable':
      return end.status === null ? faultOf(end) : statusFailure(end.status, route);
    case 'broken':
      return faultOf(end);
    case 'whole':
      if (end.isStreamError) return { error: 'error within the stream', error_kind: 'upstream' };
      return statusFailure(end.status, route);
  }
}

/** Whether the attempt shows the model at work; counting its tokens does not. */
export function isLiveSuccess(end: AttemptEnd, route: GatewayRoute): boolean {
  return end.kind === 'whole' && end.status < 300 && isProvingRoute(route);
}

/** Whether the channel answered that there is no such model, as when one is quietly taken away. */
export function isModelDoubted(end: AttemptEnd, route: GatewayRoute): boolean {
  return end.kind === 'whole' && end.status === 404 && isProvingRoute(route);
}

function faultOf({ fault }: Extract<AttemptEnd, { kind: 'retriable' | 'broken' }>): LiveFailure {
  return { error: fault.message, error_kind: fault.kind };
}

function statusFailure(status: number, route: GatewayRoute): LiveFailure | null {
  if (!isProvingRoute(route) || !isHeldBackStatus(status)) return null;
  return { error: `HTTP ${status}`, error_kind: kindByStatus[status] ?? 'upstream' };
}
