import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProxyRequest, Trail } from '@api-monitor/core';
import type { BoardKey } from './board/board.ts';
import type { Admission } from './board/key-limits.ts';
import { type GatewayError, loopError } from './dialects/gateway-error.ts';
import { type Forwarded, forwardRequest } from './forward/forward-request.ts';
import { loopStatus } from './forward/judge-attempt.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { type Arrival, requestRecord } from './records/request-record.ts';
import { tokensToCount, tokensToReserve } from './records/tokens-to-count.ts';
import { type FoundModel, findModel, modelLimitBytes } from './request/find-model.ts';
import { inputTokensOf } from './request/input-tokens.ts';
import type { Endpoint } from './request/match-route.ts';
import type { Parcel } from './request/parcel.ts';
import { readRequestBody } from './request/read-request-body.ts';
import { namesTooManyModels } from './request/rename-inner-models.ts';
import type { Ask } from './request/resolve-candidates.ts';
import { sendError } from './send-error.ts';

/** A request that goes to a channel, from a known caller. */
export interface ForwardRequest {
  request: IncomingMessage;
  response: ServerResponse;
  arrival: Arrival;
  endpoint: Endpoint;
  pathModel: string | null;
  key: BoardKey;
  query: URLSearchParams | null;
  trail: Trail;
}

/** Handles a request from its body to its record. Refusals are in the caller's dialect. */
export async function handleForward(deps: GatewayDeps, given: ForwardRequest): Promise<void> {
  const { request } = given;
  const read = await readRequestBody(request, {
    limitBytes: deps.bodyLimitBytes,
    budget: deps.bodyBudget,
  });
  if (read.kind === 'left') return;
  if (read.kind === 'no_room') return refuse(deps, given, noRoom, '', 0);
  if (read.kind === 'too_large') {
    const message = `the body must not exceed ${deps.bodyLimitBytes / 1024 ** 2} MB`;
    return refuse(deps, given, { status: 413, code: 'request_too_large', message }, '', 0);
  }
  await handleParcel(deps, given, read.parcel).finally(() => read.parcel.release());
}

async function handleParcel(
  deps: GatewayDeps,
  given: ForwardRequest,
  parcel: Parcel,
): Promise<void> {
  const { endpoint, key } = given;
  const { length } = parcel.body;
  const named = nameOf(given, parcel.body);
  if ('error' in named) return refuse(deps, given, named.error, '', length);
  let inputTokens = 0;
  const estimate = () => {
    inputTokens = inputTokensOf(parcel.body);
    return tokensToReserve(endpoint.route, parcel.body, inputTokens);
  };
  const admission = deps.keyLimits.take(key, estimate);
  if (!admission.ok) return refuse(deps, given, limitError(admission), named.model, length);
  try {
    await handleAdmitted(deps, given, { parcel, named, inputTokens, settle: admission.settle });
  } catch (error) {
    admission.settle(0);
    throw error;
  }
}

/** A request that its key's limits let through. */
interface Admitted {
  parcel: Parcel;
  named: Name;
  /** Estimated; 0 if the key's limits don't need it. */
  inputTokens: number;
  settle: (tokens: number) => void;
}

async function handleAdmitted(
  deps: GatewayDeps,
  given: ForwardRequest,
  admitted: Admitted,
): Promise<void> {
  const { parcel, named, settle } = admitted;
  const { request, response, arrival, endpoint } = given;
  const requestBytes = parcel.body.length;
  const resolution = deps.resolve(askOf(given, named.model));
  if (!resolution.ok) {
    settle(0);
    return refuse(deps, given, resolution.error, named.model, requestBytes);
  }
  const forwarded = await forwardRequest(deps, {
    request,
    response,
    requestId: arrival.requestId,
    endpoint,
    parcel,
    found: named.found,
    askedModel: named.model,
    isStream: named.isStream,
    query: upstreamQuery(given.query),
    choices: resolution.choices,
    trail: given.trail,
  });
  const error = forwarded.status === 0 ? gatewayFault(forwarded) : null;
  if (error) sendError(response, endpoint.dialect, error, arrival.requestId);
  keepPlace(deps, given, named.model, forwarded);
  const record = requestRecord({
    ...given,
    requestedModel: named.model,
    requestBytes,
    status: error?.status ?? forwarded.status,
    error: error?.message ?? null,
    forwarded,
  });
  settle(tokensToCount(record, admitted.inputTokens));
  leaveRecord(deps, record);
}

const noRoom: GatewayError = {
  status: 503,
  code: 'overloaded',
  message: 'the gateway has no memory left for request bodies; try again in a moment',
  retryAfterS: 1,
};

const tooManyModels: GatewayError = {
  status: 400,
  code: 'invalid_request',
  message: 'the body names its model too often',
};

interface Name {
  model: string;
  found: FoundModel | null;
  isStream: boolean;
}

type Named = Name | { error: GatewayError };

function nameOf({ request, pathModel, endpoint }: ForwardRequest, body: Buffer): Named {
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    const message = `content-encoding "${encoding}" is not supported; send the body plain`;
    return { error: { status: 415, code: 'unsupported_content_encoding', message } };
  }
  if (pathModel !== null) {
    if (namesTooManyModels(body, pathModel)) return { error: tooManyModels };
    const isStream = endpoint.upstreamPath.endsWith(':streamGenerateContent');
    return rejectLongName({ model: pathModel, found: null, isStream });
  }
  const search = findModel(body);
  return search.ok
    ? rejectLongName({ ...search, model: search.found.model })
    : { error: badModel(faultTexts[search.fault]) };
}

function rejectLongName(named: Name): Named {
  const isLong = Buffer.byteLength(named.model) > modelLimitBytes;
  return isLong ? { error: badModel(faultTexts.long_model) } : named;
}

const faultTexts = {
  not_json: 'the body is not valid JSON',
  no_model: 'the body must be a JSON object with a "model" that is a string and not empty',
  two_models: 'the body has more than one "model"',
  long_model: `"model" must not exceed ${modelLimitBytes} bytes`,
};

function badModel(message: string): GatewayError {
  return { status: 400, code: 'invalid_request', message, param: 'model' };
}

function askOf({ request, key, query }: ForwardRequest, model: string): Ask {
  const pinned = request.headers['x-target-id'] ?? query?.get('target_id') ?? null;
  return {
    key,
    model,
    pinnedTargetId: pinned === null ? null : Number(pinned),
    session: sessionOf(request),
  };
}

const sessionHeaders = [
  'x-claude-code-session-id',
  'session-id',
  'session_id',
  'x-session-affinity',
];

function sessionOf({ headers }: IncomingMessage): string | null {
  for (const name of sessionHeaders) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') return value.slice(0, 256);
  }
  return null;
}

/** The query without the client's credential and what is meant for the gateway. */
function upstreamQuery(query: URLSearchParams | null): string {
  if (!query) return '';
  const rest = new URLSearchParams(query);
  for (const name of ['key', 'target_id']) rest.delete(name);
  return rest.size === 0 ? '' : `?${rest}`;
}

function limitError({ fault, waitS }: Extract<Admission, { ok: false }>): GatewayError {
  const what = {
    used_up: "this key's limit for this minute is used up",
    under_way: "this key's token limit is reserved by running requests",
  };
  const message = `${what[fault]}; try again in ${waitS} s`;
  return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS: waitS };
}

function gatewayFault({ fault, entry, attempts }: Forwarded): GatewayError {
  if (attempts.at(-1)?.status === loopStatus) {
    return loopError('the channels tried for this model loop back to this monitor');
  }
  const name = entry ? `${entry.target.name}/${entry.model}` : 'the channel';
  const message = `${name} gave no answer: ${fault?.message ?? 'no channel is left'}`;
  return fault?.kind === 'timeout'
    ? { status: 504, code: 'upstream_timeout', message }
    : { status: 502, code: 'upstream_unreachable', message };
}

/** A conversation stays on the target that answered it. */
function keepPlace(
  { affinity }: GatewayDeps,
  { request }: ForwardRequest,
  model: string,
  { entry, status }: Forwarded,
): void {
  const session = sessionOf(request);
  if (session !== null && entry && status >= 200 && status < 300) {
    affinity.keep(session, model, entry.target.id);
  }
}

function refuse(
  deps: GatewayDeps,
  { response, arrival, key, endpoint }: ForwardRequest,
  error: GatewayError,
  requestedModel: string,
  requestBytes: number,
): void {
  sendError(response, endpoint.dialect, error, arrival.requestId);
  const { status, message } = error;
  const parts = { arrival, key, endpoint, requestedModel, requestBytes, status };
  leaveRecord(deps, requestRecord({ ...parts, forwarded: null, error: message }));
}

function leaveRecord({ records, metrics }: GatewayDeps, record: ProxyRequest): void {
  metrics.requestEnded(record);
  records.add(record);
}
