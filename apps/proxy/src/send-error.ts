import { errorBody, type GatewayError } from './dialects/gateway-error.ts';
import { harmless } from './forward/answer-headers.ts';
import type { ClientResponse } from './forward/client-response.ts';
import { bodyCodings } from './request/body/decode-body.ts';
import type { Dialect } from './request/match-route.ts';

/** Answers with an error in the caller's dialect, unless the client has left. */
export function sendError(
  response: ClientResponse,
  dialect: Dialect,
  error: GatewayError,
  requestId: string,
): void {
  if (response.headersSent || response.destroyed) return;
  sendJson(response, error.status, errorBody(dialect, error, requestId), {
    'x-request-id': requestId,
    'request-id': requestId,
    ...(error.retryAfterS === undefined ? {} : { 'retry-after': String(error.retryAfterS) }),
    // Claude Code tries a refused key ten times, unless the answer says that a retry is useless.
    ...(error.status < 408 || error.status === 508 ? { 'x-should-retry': 'false' } : {}),
    ...headersByStatus[error.status],
    ...(error.allowed === undefined ? {} : { allow: error.allowed }),
    // The rest of the body may be large, so the client's next request needs a new connection.
    ...(error.status === 413 ? { connection: 'close' } : {}),
  });
}

/** RFC 9110, 15.5.16 and 15.5.22. */
const headersByStatus: Partial<Record<number, Record<string, string>>> = {
  415: { 'accept-encoding': bodyCodings.join(', ') },
  // node:http reads nothing more on a connection that asked for an upgrade, so it can't stay open.
  426: { upgrade: 'websocket', connection: 'upgrade, close', 'sec-websocket-version': '13' },
};

export function sendJson(
  response: ClientResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...harmless,
    ...headers,
    'content-type': 'application/json',
    'content-length': text.length,
  });
  response.end(text);
}
