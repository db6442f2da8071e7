import type { ProxyRequest } from './proxy-request.ts';

/** How a request ended for its client. The status isn't enough: a stream that broke midway has 200. */
export const requestOutcomes = ['ok', 'client_error', 'upstream_error'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

type RequestEnd = Pick<ProxyRequest, 'status' | 'error'>;

export function requestOutcomeOf({ status, error }: RequestEnd): RequestOutcome {
  if (status >= 400 && status < 500) return 'client_error';
  return status >= 500 || error !== null ? 'upstream_error' : 'ok';
}

/** Whether the request failed for its client. A client that disconnected (499) doesn't count. */
export function isFailedRequest(request: RequestEnd): boolean {
  return requestOutcomeOf(request) !== 'ok' && request.status !== 499;
}
