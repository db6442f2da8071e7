import { type ErrorKind, type GatewayRoute, isProvingRoute } from '@api-monitor/core';

/** How one attempt ended. */
export type AttemptEnd =
  | { kind: 'whole'; status: number; streamError: StreamError | null }
  /** Nothing has reached the client yet: another target may be tried. */
  | { kind: 'retriable'; status: number | null; fault: AttemptFault }
  /** Midway: the client has received the start. */
  | { kind: 'broken'; status: number; fault: AttemptFault }
  | { kind: 'client_left' };

/** Whose fault an error within a stream is. */
export type StreamError = 'client' | 'upstream';

export interface AttemptFault {
  kind: 'network' | 'timeout' | 'tls' | 'upstream';
  message: string;
}

/** Why live traffic counts against a target's model. */
export interface LiveFailure {
  error: string;
  error_kind: ErrorKind;
}

const kindByStatus: ReadonlyMap<number, ErrorKind> = new Map([
  [401, 'auth'],
  [402, 'quota'],
  [408, 'timeout'],
  [429, 'rate_limit'],
]);

/**
 * Whether another target should be tried before the client gets this status: the target is busy, broken or
 * out of credit, or refuses its own key. An error that the client caused goes back to it. A 403 may be
 * either, so only the last target's goes back.
 */
export function isHeldBackStatus(status: number): boolean {
  return status === 403 || isFailureStatus(status);
}

/**
 * Null if the attempt says nothing against the model: it answered, or the client was at fault. An error within
 * a stream is returned on every route, for the record; it only counts on routes that show if a model works.
 */
export function isLiveFailure(end: AttemptEnd, route: GatewayRoute): LiveFailure | null {
  switch (end.kind) {
    case 'client_left':
      return null;
    case 'retriable':
      return end.status === null ? faultOf(end, route) : statusFailure(end.status, route);
    case 'broken':
      return faultOf(end, route);
    case 'whole':
      if (end.streamError === null) return statusFailure(end.status, route);
      if (end.streamError === 'client') return null;
      return { error: 'error within the stream', error_kind: 'upstream' };
  }
}

/**
 * Whether the target answered that the model doesn't exist (404: it may have been removed quietly) or may
 * not be used (403: no credit is left, or the client's content was rejected).
 */
export function isModelDoubted(end: AttemptEnd, route: GatewayRoute): boolean {
  const status = end.kind === 'whole' || end.kind === 'retriable' ? end.status : null;
  return (status === 403 || status === 404) && isProvingRoute(route);
}

/** A monitor's answer to a request that it has already forwarded (RFC 5842, 7.2). */
export const loopStatus = 508;

/** Whether the target led the request back to a monitor that had already forwarded it. */
export function isLoop(end: AttemptEnd): boolean {
  return (end.kind === 'whole' || end.kind === 'retriable') && end.status === loopStatus;
}

function isFailureStatus(status: number): boolean {
  return status >= 500 || kindByStatus.has(status);
}

function faultOf(
  { fault }: Extract<AttemptEnd, { kind: 'retriable' | 'broken' }>,
  route: GatewayRoute,
): LiveFailure | null {
  return isProvingRoute(route) ? { error: fault.message, error_kind: fault.kind } : null;
}

function statusFailure(status: number, route: GatewayRoute): LiveFailure | null {
  if (!isProvingRoute(route) || !isFailureStatus(status)) return null;
  return { error: `HTTP ${status}`, error_kind: kindByStatus.get(status) ?? 'upstream' };
}
