import type { ProxyRequest } from '@api-monitor/core';

/** How a request ended for its client. A stream that broke midway began as a 200 all the same. */
export const requestOutcomes = ['ok', 'client_error', 'upstream_error'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

export function outcomeOf({
  status,
  error,
}: Pick<ProxyRequest, 'status' | 'error'>): RequestOutcome {
  if (status >= 400 && status < 500) return 'client_error';
  return status >= 500 || error !== null ? 'upstream_error' : 'ok';
}

/** Whether the client went without an answer; one that left itself (499) did not. */
export function isFailure(request: Pick<ProxyRequest, 'status' | 'error'>): boolean {
  return outcomeOf(request) !== 'ok' && request.status !== 499;
}
