import type { ServerResponse } from 'node:http';
import { errorBody, type GatewayError } from './dialects/gateway-error.ts';
import type { Dialect } from './request/match-route.ts';

/** Answers with an error in the caller's dialect, unless the client has left. */
export function sendError(
  response: ServerResponse,
  dialect: Dialect,
  error: GatewayError,
  requestId: string,
): void {
  if (response.headersSent || response.destroyed) return;
  const isTooLarge = error.status === 413;
  const send = isTooLarge ? sendWhileClientSends : sendJson;
  send(response, error.status, errorBody(dialect, error, requestId), {
    'x-request-id': requestId,
    'request-id': requestId,
    ...(error.retryAfterS === undefined ? {} : { 'retry-after': String(error.retryAfterS) }),
    // Claude Code tries a refused key ten times over, unless it is told that nothing will change.
    ...(error.status < 408 || error.status === 508 ? { 'x-should-retry': 'false' } : {}),
    // What is left of a body that nobody reads must not be taken for the next request.
    ...(isTooLarge ? { connection: 'close' } : {}),
  });
}

/** How long a client that is refused may go on sending. */
const lingerMs = 5_000;

/**
 * Answers at once, and ends when the client has stopped sending: closing a connection on what still
 * comes resets it, and takes the answer from the client.
 */
function sendWhileClientSends(...given: Parameters<typeof sendJson>): void {
  const [response] = given;
  const { req: request } = response;
  response.write(writeJsonHead(...given));
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingerMs);
  if (request.readableEnded) end();
  else request.once('close', end).once('end', end).resume();
}

export function sendJson(...given: Parameters<typeof writeJsonHead>): void {
  const [response] = given;
  response.end(writeJsonHead(...given));
}

function writeJsonHead(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): Buffer {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json',
    'content-length': text.length,
  });
  return text;
}
