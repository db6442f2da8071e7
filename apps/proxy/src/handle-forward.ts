import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Trail } from '@api-monitor/core';
import type { BoardKey } from './board/board.ts';
import type { Admission } from './board/key-limits.ts';
import { type GatewayError, loopError } from './dialects/gateway-error.ts';
import { type Forwarded, forwardRequest } from './forward/forward-request.ts';
import { loopStatus } from './forward/judge-attempt.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { type Arrival, requestRecord } from './records/request-record.ts';
import { tokensToCount, tokensToReserve } from './records/tokens-to-count.ts';
import { type FoundModel, findModel, modelLimitBytes } from './request/find-model.ts';
import type { HeldBody } from './request/held-body.ts';
import { inputTokensOf } from './request/input-tokens.ts';
import type { Endpoint } from './request/match-route.ts';
import { readRequestBody } from './request/read-request-body.ts';
import { namesTooManyModels } from './request/rename-inner-models.ts';
import { sendError } from './send-error.ts';

/** A request that goes to a target, from a known caller. */
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
  const limits = { limitBytes: deps.bodyLimitBytes, budget: deps.bodyBudget };
  const body = await readRequestBody(given.request, limits);
  switch (body.kind) {
    case 'left':
      return;
    case 'no_room':
      return refuse(deps, given, noRoom);
    case 'too_large': {
      const message = `the body must not exceed ${deps.bodyLimitBytes / 1024 ** 2} MB`;
      return refuse(deps, given, { status: 413, code: 'request_too_large', message });
    }
    case 'whole':
      return handleBody(deps, given, body.heldBody).finally(() => body.heldBody.release());
  }
}

async function handleBody(
  deps: GatewayDeps,
  given: ForwardRequest,
  heldBody: HeldBody,
): Promise<void> {
  const { endpoint, key } = given;
  const requestBytes = heldBody.bytes.length;
  const named = nameOf(given, heldBody.bytes);
  if ('error' in named) return refuse(deps, given, named.error, { requestBytes });
  const { model: requestedModel } = named;
  let inputTokens = 0;
  const admission = deps.keyLimits.take(key, () => {
    inputTokens = inputTokensOf(heldBody.bytes);
    return tokensToReserve(endpoint.route, heldBody.bytes, inputTokens);
  });
  const asked = { requestedModel, requestBytes };
  if (!admission.ok) return refuse(deps, given, limitError(admission), asked);
  // A request settles once: if it is refused or fails unexpectedly, it has used no tokens.
  try {
    const resolution = deps.resolve({
      key,
      model: requestedModel,
      pinnedTargetId: pinnedTargetIdOf(given),
      session: sessionOf(given.request),
    });
    if (!resolution.ok) return refuse(deps, given, resolution.error, asked);
    const record = await forward(deps, given, { ...named, heldBody, choices: resolution.choices });
    admission.settle(tokensToCount(record, inputTokens));
  } finally {
    admission.settle(0);
  }
}

type Sent = Name & Pick<Parameters<typeof forwardRequest>[1], 'heldBody' | 'choices'>;

async function forward(deps: GatewayDeps, given: ForwardRequest, sent: Sent) {
  const { request, response, arrival, endpoint, trail } = given;
  const { model, found, isStream, heldBody, choices } = sent;
  const requestBytes = heldBody.bytes.length;
  const forwarded = await forwardRequest(deps, {
    ...{ request, response, requestId: arrival.requestId, endpoint, heldBody, found },
    ...{ askedModel: model, isStream, query: upstreamQuery(given.query), choices, trail },
  });
  const error = forwarded.status === 0 ? gatewayFault(forwarded) : null;
  if (error) sendError(response, endpoint.dialect, error, arrival.requestId);
  rememberTarget(deps, given, model, forwarded);
  const status = error?.status ?? forwarded.status;
  const asked = { requestedModel: model, requestBytes };
  return addRecord(deps, {
    ...given,
    ...asked,
    status,
    error: error?.message ?? null,
    forwarded,
  });
}

const noRoom: GatewayError = {
  status: 503,
  code: 'overloaded',
  message: 'the gateway has no memory left for request bodies; try again in a moment',
  retryAfterS: 1,
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
    const message = `content-encoding "${encoding}" is not supported; send the body uncompressed`;
    return { error: { status: 415, code: 'unsupported_content_encoding', message } };
  }
  if (pathModel !== null) {
    if (namesTooManyModels(body, pathModel)) {
      const message = 'the body names its model too often';
      return { error: { status: 400, code: 'invalid_request', message } };
    }
    const isStream = endpoint.upstreamPath.endsWith(':streamGenerateContent');
    return rejectLongName({ model: pathModel, found: null, isStream });
  }
  const search = findModel(body);
  return search.ok
    ? rejectLongName({ ...search, model: search.found.model })
    : { error: badModel(search.fault) };
}

function rejectLongName(named: Name): Named {
  const isLong = Buffer.byteLength(named.model) > modelLimitBytes;
  return isLong ? { error: badModel('long_model') } : named;
}

const modelFaults = {
  not_json: 'the body is not valid JSON',
  no_model: 'the body must be a JSON object with a "model" that is a string and not empty',
  two_models: 'the body has more than one "model"',
  long_model: `"model" must not exceed ${modelLimitBytes} bytes`,
};

function badModel(fault: keyof typeof modelFaults): GatewayError {
  const message = modelFaults[fault];
  return { status: 400, code: 'invalid_request', message, param: 'model' };
}

function pinnedTargetIdOf({ request, query }: ForwardRequest): number | null {
  const pinned = request.headers['x-target-id'] ?? query?.get('target_id') ?? null;
  return pinned === null ? null : Number(pinned);
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

/** The query without the client's credential and the gateway's own parameters. */
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
function rememberTarget(
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
  given: ForwardRequest,
  error: GatewayError,
  asked: { requestedModel?: string; requestBytes?: number } = {},
): void {
  sendError(given.response, given.endpoint.dialect, error, given.arrival.requestId);
  const { status, message } = error;
  const { requestedModel = '', requestBytes = 0 } = asked;
  const parts = { ...given, requestedModel, requestBytes };
  addRecord(deps, { ...parts, status, error: message, forwarded: null });
}

function addRecord({ metrics, records }: GatewayDeps, parts: Parameters<typeof requestRecord>[0]) {
  const record = requestRecord(parts);
  metrics.requestEnded(record);
  records.add(record);
  return record;
}
