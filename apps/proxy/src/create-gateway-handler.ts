import type { IncomingMessage, ServerResponse } from 'node:http';
import { faultOfTrail, readVia, type Trail } from '@api-monitor/core';
import { hashProxyKey } from '@api-monitor/db';
import { recogniseCaller } from '@api-monitor/runtime';
import type { BoardKey } from './board/board.ts';
import { type GatewayError, loopError } from './dialects/gateway-error.ts';
import { modelItem, modelList } from './dialects/model-lists.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { handleForward } from './handle-forward.ts';
import { dialectOfList, listUsableModels } from './list-models.ts';
import type { Arrival } from './records/request-record.ts';
import { credentialsOf } from './request/credentials.ts';
import { type Dialect, dialectOf, type Matched, matchRoute } from './request/match-route.ts';
import { sendError, sendJson } from './send-error.ts';

/** Takes a request that is the gateway's and returns true; false leaves it to others. */
export type GatewayHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** The gateway's own path, on the bare request: no framework, no web streams stand on it. */
export function createGatewayHandler(deps: GatewayDeps): GatewayHandler {
  return (request, response) => {
    const [path = '/', queryText] = splitOnce(request.url ?? '/', '?');
    const matched = matchRoute(request.method ?? 'GET', path, request.headers);
    if (!matched) return false;
    const arrival: Arrival = {
      requestId: deps.newRequestId(),
      timestamp: deps.nowS(),
      startedAtMs: performance.now(),
    };
    const query = queryText ? new URLSearchParams(queryText) : null;
    serve(deps, { request, response, arrival, matched, query }).catch((err) => {
      deps.logger.error({ err, request_id: arrival.requestId }, 'gateway request failed');
      const error = {
        status: 500,
        code: 'internal_error',
        message: 'the gateway met an unexpected error',
      } as const;
      try {
        if (response.headersSent) response.destroy();
        else sendError(response, dialectOf(matched), error, arrival.requestId);
      } catch {
        // Nothing may escape from here: it would end the process.
        response.destroy();
      }
    });
    return true;
  };
}

interface Served {
  request: IncomingMessage;
  response: ServerResponse;
  arrival: Arrival;
  matched: Matched;
  query: URLSearchParams | null;
}

async function serve(deps: GatewayDeps, served: Served): Promise<void> {
  const { request, response, arrival, matched, query } = served;
  switch (matched.kind) {
    case 'hello':
      response.writeHead(200).end();
      return;
    case 'no_websocket':
      return refuse(served, 'openai', noWebsocket);
    case 'wrong_method':
      return refuse(served, matched.dialect, wrongMethod(request.method));
    case 'unknown':
      return refuse(served, matched.dialect, unknownPath(request.method, request.url));
    case 'models':
      return serveModels(deps, served, matched);
    case 'forward': {
      const trail = readVia(request.headers.via, deps.instanceId);
      const loop = loopOf(deps, trail);
      if (loop) return refuse(served, matched.endpoint.dialect, loop);
      const key = authenticate(deps, request, query);
      if ('status' in key) return refuse(served, matched.endpoint.dialect, key);
      const { endpoint, pathModel } = matched;
      const given = { request, response, arrival, endpoint, pathModel, key, query, trail };
      return handleForward(deps, given);
    }
  }
}

function serveModels(
  deps: GatewayDeps,
  served: Served,
  { dialect: byPath, id }: Extract<Matched, { kind: 'models' }>,
): void {
  const { request, response, arrival, query } = served;
  const dialect = dialectOfList(byPath, request.headers, query);
  const answer = modelsAnswer(deps, served, dialect, id);
  if ('error' in answer) {
    refuse(served, dialect, answer.error);
    return;
  }
  const { requestId } = arrival;
  sendJson(response, 200, answer.body, { 'x-request-id': requestId, 'request-id': requestId });
}

function modelsAnswer(
  deps: GatewayDeps,
  { request, query }: Served,
  dialect: Dialect,
  id: string | null,
): { body: object } | { error: GatewayError } {
  const loop = loopOf(deps, readVia(request.headers.via, deps.instanceId));
  if (loop) return { error: loop };
  const key = authenticate(deps, request, query);
  if ('status' in key) return { error: key };
  // Codex asks with its version, wants a list of its own form, and does without it at once.
  if (query?.has('client_version')) return { error: noCodexList };
  const models = listUsableModels(deps.board, key, deps.areBareModelsOn);
  if (id === null) return { body: modelList(dialect, models) };
  const model = models.find((one) => one.id === id);
  if (model) return { body: modelItem(dialect, model) };
  const message = `the model "${id}" does not exist, or failed its latest probe`;
  return { error: { status: 404, code: 'model_not_found', message, param: 'model' } };
}

/** Checked before the key, so that a channel that loops back is told so whatever key it holds. */
function loopOf({ metrics }: GatewayDeps, trail: Trail): GatewayError | null {
  const fault = faultOfTrail(trail);
  if (fault === null) return null;
  metrics.requestRefused('loop');
  return loopError(fault);
}

/** The first credential that is a key in force; else the error that says what is wrong. */
function authenticate(
  { board, nowS, guessGuard }: GatewayDeps,
  request: IncomingMessage,
  query: URLSearchParams | null,
): BoardKey | GatewayError {
  const credentials = credentialsOf(request.headers, query);
  if (credentials.length === 0) return unauthorized(noKey);
  let refusal: GatewayError | null = null;
  for (const credential of credentials) {
    const hash = hashProxyKey(credential);
    const key = board.key(hash);
    if (!key || !guessGuard.admits(request, hash)) continue;
    const isExpired = key.expiresAt !== null && key.expiresAt <= nowS();
    if (key.enabled && !isExpired) {
      recogniseCaller(request);
      return key;
    }
    refusal = unauthorized(key.enabled ? 'this key has expired' : 'this key is paused');
  }
  return refusal ?? guessGuard.refuse(request);
}

const noKey =
  'no key was sent; send it as Authorization: Bearer <key>, x-api-key or x-goog-api-key';

function refuse({ response, arrival }: Served, dialect: Dialect, error: GatewayError): void {
  sendError(response, dialect, error, arrival.requestId);
}

function unauthorized(message: string): GatewayError {
  return { status: 401, code: 'invalid_api_key', message };
}

function wrongMethod(method: string | undefined): GatewayError {
  return { status: 405, code: 'method_not_allowed', message: `${method} is not served here` };
}

function unknownPath(method = '', url = ''): GatewayError {
  const path = splitOnce(url, '?')[0]?.slice(0, 200);
  return { status: 404, code: 'unknown_url', message: `the gateway serves no ${method} ${path}` };
}

const noWebsocket: GatewayError = {
  status: 426,
  code: 'websocket_not_supported',
  message: 'responses are served by POST, not over a WebSocket',
};

const noCodexList: GatewayError = {
  status: 404,
  code: 'not_found',
  message: 'this list is not served; name the model in the configuration',
};

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
