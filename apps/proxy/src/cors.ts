import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GatewayHandler } from './create-gateway-handler.ts';
import { matchRoute } from './request/match-route.ts';

/** The origins whose pages may call the gateway from a browser; `*`: every page. */
export type CorsOrigins = readonly string[] | '*';

/** Longer than any SDK sends; only header names and separators. */
const headerNames = /^[\w\-, ]{1,1024}$/;
const preflightAgeS = 600;
const readable = [
  'retry-after',
  'x-request-id',
  'request-id',
  'x-proxy-target-id',
  'x-proxy-upstream-model',
  'x-proxy-attempts',
  'x-proxy-evidence',
  'x-proxy-proof-age',
  // Google's SDK uploads by them.
  'x-goog-upload-url',
  'x-goog-upload-status',
].join(', ');

/** Reads `PROXY_CORS_ORIGINS`: origins separated by commas, or `*`. null if a part is neither. */
export function parseCorsOrigins(text: string): CorsOrigins | null {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.length === 1 && parts[0] === '*') return '*';
  const origins = parts.filter((part) => part !== '');
  return origins.every((origin) => URL.parse(origin)?.origin === origin) ? origins : null;
}

/**
 * Lets pages of these origins read the gateway's answers (https://fetch.spec.whatwg.org/#http-cors-protocol);
 * without origins, the handler stays as it is. The gateway uses no cookies, so credentials aren't allowed.
 * Other paths stay closed: in embedded mode the dashboard is behind the same handler.
 */
export function withCors(origins: CorsOrigins, handle: GatewayHandler): GatewayHandler {
  if (origins.length === 0) return handle;
  return (request, response) => {
    const { origin } = request.headers;
    const isAllowed = origin !== undefined && (origins === '*' || origins.includes(origin));
    const isPreflight = isPreflightOf(request);
    if (isAllowed && isOpenToPages(request, isPreflight ? 'POST' : request.method)) {
      if (isPreflight) return answerPreflight(request, response, origins, origin);
      allow(response, origins, origin);
      response.setHeader('access-control-expose-headers', readable);
    }
    return handle(request, response);
  };
}

function isPreflightOf({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

/** Whether only the gateway serves the path; it shares the `hello` paths with the dashboard. */
function isOpenToPages({ url = '/', headers }: IncomingMessage, method = 'GET'): boolean {
  const [path = '/'] = url.split('?');
  const matched = matchRoute(method, path, headers);
  return matched !== null && matched.kind !== 'hello';
}

function answerPreflight(
  request: IncomingMessage,
  response: ServerResponse,
  origins: CorsOrigins,
  origin: string,
): boolean {
  allow(response, origins, origin);
  response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, DELETE');
  response.setHeader('access-control-max-age', preflightAgeS);
  const asked = request.headers['access-control-request-headers'];
  if (asked && headerNames.test(asked)) {
    response.setHeader('access-control-allow-headers', asked);
  }
  response.writeHead(204).end();
  return true;
}

function allow(response: ServerResponse, origins: CorsOrigins, origin: string): void {
  response.setHeader('access-control-allow-origin', origins === '*' ? '*' : origin);
  if (origins !== '*') response.setHeader('vary', 'Origin');
}
