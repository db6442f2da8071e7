import type { ProxyRequest } from './proxy-request.ts';

/**
 * How a request ended for its client. The status isn't enough: a stream that broke midway has 200.
 * `refused`: it had no key or no endpoint. It isn't part of any totals.
 */
export const requestOutcomes = ['ok', 'client_error', 'upstream_error', 'refused'] as const;
export type RequestOutcome = (typeof requestOutcomes)[number];

type RequestEnd = Pick<ProxyRequest, 'status' | 'error' | 'refused_for'>;

export function requestOutcomeOf({ status, error, refused_for }: RequestEnd): RequestOutcome {
  if (refused_for !== null) return 'refused';
  if (status >= 400 && status < 500) return 'client_error';
  return status >= 500 || error !== null ? 'upstream_error' : 'ok';
}
