import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import {
  faultOfTrail,
  type RecordedRoute,
  type RefusedFor,
  readVia,
  type Trail,
} from '@api-monitor/core';
import { hashProxyKey } from '@api-monitor/db';
import { type BadRequestHandler, recogniseCaller } from '@api-monitor/runtime';
import { type BoardKey, isUsable } from './board/board.ts';
import { usageAnswer } from './budgets/usage-answers.ts';
import { type GatewayError, loopError } from './dialects/gateway-error.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { handleForward } from './handle-forward.ts';
import { dialectOfCaller, listUsableModels, modelItem, modelList } from './list-models.ts';
import { handleObject } from './objects/handle-object.ts';
import { uploaderOf } from './objects/making/google-upload.ts';
import type { Arrival } from './records/arrival.ts';
import { shownPath } from './records/refused-requests.ts';
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
    const arrival = arrivalOf(deps);
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
export function createBadRequestHandler(
  deps: Pick<GatewayDeps, 'newRequestId' | 'nowS' | 'refused'>,
): BadRequestHandler {
  return (request, response, message) => {
    const [path] = splitOnce(request.url ?? '/', '?');
    const matched = matchRoute(request.method ?? 'GET', path, request.headers);
    if (!matched) return false;
    const error = { status: 400, code: 'invalid_request', message } as const;
    const served = { request, response, arrival: arrivalOf(deps), matched, query: null };
    refuse(deps, served, dialectOf(matched), { error, refusedFor: 'malformed' });
    return true;
  };
}

export function arrivalOf({
  newRequestId,
  nowS,
}: Pick<GatewayDeps, 'newRequestId' | 'nowS'>): Arrival {
  return { requestId: newRequestId(), timestamp: nowS(), startedAtMs: performance.now() };
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
    case 'websocket': {
      const error = noWebsocket(deps.webSockets.isOn);
      return refuse(deps, served, matched.endpoint.dialect, { error, refusedFor: 'websocket' });
    }
    case 'wrong_method': {
      const { dialect, allowed } = matched;
      const message = `${request.method} is not allowed here; allowed: ${allowed}`;
      const error = { status: 405, code: 'method_not_allowed', message, allowed } as const;
      return refuse(deps, served, dialect, { error, refusedFor: 'wrong_method' });
    }
    case 'unknown': {
      const message = `the gateway doesn't serve ${request.method} ${shownPath(request.url)}`;
      const error = { status: 404, code: 'unknown_url', message } as const;
      const dialect = dialectOfCaller(matched.dialect, request.headers, query);
      return refuse(deps, served, dialect, { error, refusedFor: 'unknown_path' });
    }
    case 'models': {
      const dialect = dialectOfCaller(matched.dialect, request.headers, query);
      const admitted = admit(deps, served);
      if ('error' in admitted) return refuse(deps, served, dialect, admitted);
      const answer = modelsAnswer(deps, served, dialect, admitted.key, matched.id);
      if ('error' in answer) return sendError(response, dialect, answer.error, arrival.requestId);
      const { requestId } = arrival;
      const headers = { 'x-request-id': requestId, 'request-id': requestId };
      return sendJson(response, 200, answer.body, headers);
    }
    case 'usage': {
      const admitted = admit(deps, served);
      if ('error' in admitted) return refuse(deps, served, matched.dialect, admitted);
      const { key } = admitted;
      const { currency } = deps.board.settings();
      const readings = deps.keyBudgets.readings(key);
      const timeZone = key.budget?.zone ?? 'UTC';
      const answer = usageAnswer(matched.view, { key, readings, currency, timeZone });
      const { requestId } = arrival;
      const headers = { 'x-request-id': requestId, 'cache-control': 'no-store' };
      return sendJson(response, 200, answer, headers);
    }
    case 'forward': {
      const { endpoint, pathModel } = matched;
      const admitted = admit(deps, served);
      if ('error' in admitted) return refuse(deps, served, endpoint.dialect, admitted);
      const { key, trail } = admitted;
      const forwarded = { request, response, arrival, endpoint, pathModel, query, key, trail };
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
  key: BoardKey,
  id: string | null,
): { body: object } | { error: GatewayError } {
  // Codex sends its version and expects a list in its own format; if refused, it works without one.
  if (served.query?.has('client_version')) return { error: noCodexList };
  const models = listUsableModels(deps, key);
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
export function admit(deps: GatewayDeps, caller: Caller): Admitted | Denial {
  const trail = readVia(caller.request.headers.via, deps.instanceId);
  const fault = faultOfTrail(trail);
  if (fault !== null) return { error: loopError(fault), refusedFor: 'loop' };
  const found = authenticate(deps, caller);
  return 'error' in found ? found : { ...found, trail };
}

/** Why a request is refused before it has a key and an endpoint. */
export interface Denial {
  error: GatewayError;
  refusedFor: RefusedFor;
  /** The caller's key, if it is known: it is paused, has expired, or may not open a WebSocket now. */
  callerKey?: BoardKey;
}

/** What says who is calling. */
type Caller = Pick<Served, 'request' | 'query'> & Partial<Pick<Served, 'matched'>>;

/** The key of the first credential that is valid; otherwise what is wrong. */
function authenticate(
  deps: GatewayDeps,
  { request, query, matched }: Caller,
): Pick<Admitted, 'key' | 'keyHash'> | Denial {
  const { board, nowS, guessGuard } = deps;
  const credentials = credentialsOf(request.headers, query);
  if (credentials.length === 0) {
    const call = matched?.kind === 'forward' ? matched.endpoint.object : null;
    const [keyHash, key] = uploaderOf(deps, call, query) ?? [];
    if (!keyHash || !key) return { error: unauthorized(noKey), refusedFor: 'no_key' };
    return isUsable(key, nowS()) ? { key, keyHash } : inactive(key);
  }
  let denial: Denial | null = null;
  let unknownKeys = 0;
  for (const credential of credentials) {
    const keyHash = hashProxyKey(credential);
    const key = board.key(keyHash);
    if (!key) unknownKeys += 1;
    if (!key || !guessGuard.admits(request, key)) continue;
    if (isUsable(key, nowS())) {
      recogniseCaller(request);
      guessGuard.note(request, unknownKeys);
      return { key, keyHash };
    }
    denial = inactive(key);
  }
  if (denial) {
    guessGuard.note(request, unknownKeys);
    return denial;
  }
  const error = guessGuard.refuse(request, unknownKeys);
  return { error, refusedFor: error.status === 429 ? 'blocked' : 'unknown_key' };
}

/** Every credential that a request carries, in order of precedence. */
function credentialsOf(headers: IncomingHttpHeaders, query: URLSearchParams | null): string[] {
  const credentials: string[] = [];
  const add = (credential: string | null | undefined) => {
    if (credential) credentials.push(credential);
  };
  add(/^bearer (.*)$/is.exec(headers.authorization ?? '')?.[1]?.trim());
  for (const header of [headers['x-api-key'], headers['x-goog-api-key']]) {
    add(Array.isArray(header) ? header[0] : header);
  }
  add(query?.get('key'));
  if (headers['sec-websocket-protocol']) add(credentialOf(protocolsOf(headers)));
  return credentials;
}

const noKey =
  'no key was sent; send it as Authorization: Bearer <key>, x-api-key or x-goog-api-key';

function inactive(key: BoardKey): Denial {
  const error = unauthorized(key.enabled ? 'this key has expired' : 'this key is paused');
  return { error, refusedFor: 'inactive_key', callerKey: key };
}

function unauthorized(message: string): GatewayError {
  return { status: 401, code: 'invalid_api_key', message };
}

/** Requests for a WebSocket that may be opened don't come here. */
function noWebsocket(isOn: boolean): GatewayError {
  const message = isOn
    ? 'this path needs the handshake of a WebSocket, version 13; a proxy in front has to pass Upgrade'
    : 'WebSockets are switched off; responses are served by POST';
  return { status: 426, code: 'websocket_not_supported', message };
}

const noCodexList: GatewayError = {
  status: 404,
  code: 'not_found',
  message: 'this list is not served; name the model in the configuration',
};

function refuse(
  { refused }: Pick<GatewayDeps, 'refused'>,
  { request, response, arrival, matched }: Served,
  dialect: Dialect,
  { error, refusedFor, callerKey: key }: Denial,
): void {
  sendError(response, dialect, error, arrival.requestId);
  const { status, message } = error;
  const route = routeOf(matched);
  refused.note({ request, arrival, refusedFor, route, status, message, key });
}

/** What a request asked for, for its record. */
function routeOf(matched: Matched): RecordedRoute {
  if (matched.kind === 'forward') return matched.endpoint.route;
  return matched.kind === 'models' ? 'models' : 'other';
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
