import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { faultOfTrail, readVia, type Trail } from '@api-monitor/core';
import { hashProxyKey } from '@api-monitor/db';
import { type BadRequestHandler, recogniseCaller } from '@api-monitor/runtime';
import { type BoardKey, isUsable } from './board/board.ts';
import { type GatewayError, loopError } from './dialects/gateway-error.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { handleForward } from './handle-forward.ts';
import { dialectOfList, listUsableModels, modelItem, modelList } from './list-models.ts';
import { handleObject } from './objects/handle-object.ts';
import type { Arrival } from './records/request-record.ts';
import { type Dialect, dialectOf, type Matched, matchRoute } from './request/match-route.ts';
import { sendError, sendJson } from './send-error.ts';
import { credentialOf, protocolsOf } from './websocket/subprotocols.ts';

/** Handles a request that is for the gateway and returns true; returns false for any other. */
export type GatewayHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Handles requests as node:http delivers them: no framework and no web streams on this path. */
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
      const message = 'unexpected error in the gateway';
      const error = { status: 500, code: 'internal_error', message } as const;
      try {
        if (response.headersSent) response.destroy();
        else sendError(response, dialectOf(matched), error, arrival.requestId);
      } catch {
        // An error that escaped from here would end the process.
        response.destroy();
      }
    });
    return true;
  };
}

/** Refuses a malformed request in the dialect of its path; false if the path isn't the gateway's. */
export function createBadRequestHandler(newRequestId: () => string): BadRequestHandler {
  return (request, response, message) => {
    const [path] = splitOnce(request.url ?? '/', '?');
    const matched = matchRoute(request.method ?? 'GET', path, request.headers);
    if (!matched) return false;
    const error = { status: 400, code: 'invalid_request', message } as const;
    sendError(response, dialectOf(matched), error, newRequestId());
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
    case 'websocket':
      return refuse(served, matched.endpoint.dialect, noWebsocket(deps.webSockets.isOn));
    case 'wrong_method': {
      const { dialect, allowed } = matched;
      const message = `${request.method} is not allowed here; allowed: ${allowed}`;
      const error = { status: 405, code: 'method_not_allowed', message, allowed } as const;
      return refuse(served, dialect, error);
    }
    case 'unknown': {
      const path = splitOnce(request.url ?? '', '?')[0].slice(0, 200);
      const message = `the gateway doesn't serve ${request.method} ${path}`;
      return refuse(served, matched.dialect, { status: 404, code: 'unknown_url', message });
    }
    case 'models': {
      const dialect = dialectOfList(matched.dialect, request.headers, query);
      const answer = modelsAnswer(deps, served, dialect, matched.id);
      if ('error' in answer) return refuse(served, dialect, answer.error);
      const { requestId } = arrival;
      const headers = { 'x-request-id': requestId, 'request-id': requestId };
      return sendJson(response, 200, answer.body, headers);
    }
    case 'forward': {
      const { endpoint, pathModel } = matched;
      const admitted = admit(deps, served);
      if ('error' in admitted) return refuse(served, endpoint.dialect, admitted.error);
      const given = { request, response, arrival, endpoint, pathModel, query };
      const forwarded = { ...given, ...admitted };
      return endpoint.object
        ? handleObject(deps, forwarded, endpoint.object)
        : handleForward(deps, forwarded);
    }
  }
}

function modelsAnswer(
  deps: GatewayDeps,
  served: Served,
  dialect: Dialect,
  id: string | null,
): { body: object } | { error: GatewayError } {
  const admitted = admit(deps, served);
  if ('error' in admitted) return admitted;
  // Codex sends its version and expects a list in its own format; if refused, it works without one.
  if (served.query?.has('client_version')) return { error: noCodexList };
  const models = listUsableModels(deps, admitted.key);
  if (id === null) return { body: modelList(dialect, models) };
  const model = models.find((one) => one.id === id);
  if (model) return { body: modelItem(dialect, model) };
  const message = `the model "${id}" does not exist, or can't be served`;
  return { error: { status: 404, code: 'model_not_found', message, param: 'model' } };
}

/** A caller with a valid key. */
export interface Admitted {
  key: BoardKey;
  keyHash: string;
  trail: Trail;
}

/**
 * Loops are refused before the key is checked, so that a loop is recognised whatever key the request
 * carries.
 */
export function admit(
  deps: GatewayDeps,
  { request, query }: Pick<Served, 'request' | 'query'>,
): Admitted | { error: GatewayError } {
  const trail = readVia(request.headers.via, deps.instanceId);
  const fault = faultOfTrail(trail);
  if (fault !== null) {
    deps.metrics.requestRefused('loop');
    return { error: loopError(fault) };
  }
  const found = authenticate(deps, request, query);
  return 'status' in found ? { error: found } : { ...found, trail };
}

/** The key of the first credential that is valid; otherwise the error that says what is wrong. */
function authenticate(
  { board, nowS, guessGuard }: GatewayDeps,
  request: IncomingMessage,
  query: URLSearchParams | null,
): Pick<Admitted, 'key' | 'keyHash'> | GatewayError {
  const credentials = credentialsOf(request.headers, query);
  if (credentials.length === 0) return unauthorized(noKey);
  let refusal: GatewayError | null = null;
  for (const credential of credentials) {
    const keyHash = hashProxyKey(credential);
    const key = board.key(keyHash);
    if (!key || !guessGuard.admits(request, keyHash, key)) continue;
    if (isUsable(key, nowS())) {
      recogniseCaller(request);
      return { key, keyHash };
    }
    refusal = unauthorized(key.enabled ? 'this key has expired' : 'this key is paused');
  }
  return refusal ?? guessGuard.refuse(request);
}

/** Every credential that a request carries, in order of precedence. */
function credentialsOf(headers: IncomingHttpHeaders, query: URLSearchParams | null): string[] {
  const bearer = /^bearer (.*)$/is.exec(headers.authorization ?? '')?.[1]?.trim();
  const keyHeaders = [headers['x-api-key'], headers['x-goog-api-key']];
  const keys = keyHeaders.map((header) => (Array.isArray(header) ? header[0] : header));
  const inProtocol = credentialOf(protocolsOf(headers));
  const credentials = [bearer, ...keys, query?.get('key'), inProtocol];
  return credentials.flatMap((credential) => credential || []);
}

const noKey =
  'no key was sent; send it as Authorization: Bearer <key>, x-api-key or x-goog-api-key';

function unauthorized(message: string): GatewayError {
  return { status: 401, code: 'invalid_api_key', message };
}

/** Requests for a WebSocket that may be opened don't come here. */
function noWebsocket(isOn: boolean): GatewayError {
  const message = isOn
    ? 'this path needs the handshake of a WebSocket, version 13'
    : 'WebSockets are switched off; responses are served by POST';
  return { status: 426, code: 'websocket_not_supported', message };
}

const noCodexList: GatewayError = {
  status: 404,
  code: 'not_found',
  message: 'this list is not served; name the model in the configuration',
};

function refuse({ response, arrival }: Served, dialect: Dialect, error: GatewayError): void {
  sendError(response, dialect, error, arrival.requestId);
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
