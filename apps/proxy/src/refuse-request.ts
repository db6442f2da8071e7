import type { HttpRefuser } from '@api-monitor/runtime';
import { dialectOf, matchRoute } from './request/match-route.ts';
import { sendError } from './send-error.ts';

/** Refuses a bad request in the dialect of its path; returns false for paths that aren't the gateway's. */
export function createRefuser(newRequestId: () => string): HttpRefuser {
  return (request, response, message) => {
    const [path = '/'] = (request.url ?? '/').split('?');
    const matched = matchRoute(request.method ?? 'GET', path, request.headers);
    if (!matched) return false;
    const error = { status: 400, code: 'invalid_request', message } as const;
    sendError(response, dialectOf(matched), error, newRequestId());
    return true;
  };
}
