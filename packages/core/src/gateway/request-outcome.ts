import type { ProxyRequest } from './proxy-request.ts';

/** How a request ended for its client. A stream that broke midway began as a 200 nevertheless. */
export const requestOutcomes = ['ok', 'client_error', 'upstream_error'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

type RequestEnd = Pick<ProxyRequest, 'status' | 'error'>;

export function requestOutcomeOf({ status, error }: RequestEnd): RequestOutcome {
  if (status >= 400 && status < 500) return 'client_error';
  return status >= 500 || error !== null ? 'upstream_error' : 'ok';
}

/** Whether the client got no answer; one that left by itself (499) doesn't count. */
export function isFailedRequest(request: RequestEnd): boolean {
  return requestOutcomeOf(request) !== 'ok' && request.status !== 499;
}
