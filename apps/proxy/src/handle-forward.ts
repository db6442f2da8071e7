import type { IncomingMessage } from 'node:http';
import {
  evidenceRouteOf,
  noUse,
  type RefusedFor,
  type TokenUsage,
  type Trail,
  typicalRequest,
} from '@api-monitor/core';
import type { BoardKey } from './board/board.ts';
import type { Admission } from './board/key-limits.ts';
import {
  backgroundNotBudgeted,
  escapesBudget,
  refusedByBudget,
  takeBudget,
  useOfRecord,
} from './budgets/request-use.ts';
import { errorSaid, type GatewayError, loopError } from './dialects/gateway-error.ts';
import { AnswerWriter } from './forward/answer-writer.ts';
import { loopStatus } from './forward/attempts/attempt-end.ts';
import type { ClientRequest, ClientResponse } from './forward/client-response.ts';
import { forwardRequest } from './forward/forward-request.ts';
import type { Forwarded, Forwarding } from './forward/forwarding.ts';
import type { GatewayDeps } from './gateway-deps.ts';
import { findCarried } from './objects/carried-objects.ts';
import { MadeInAnswers } from './objects/made-in-answers.ts';
import type { Arrival } from './records/arrival.ts';
import { requestRecord } from './records/request-record.ts';
import { type RequestSize, sizeOf } from './records/tokens-to-count.ts';
import { bodyError } from './request/body/body-error.ts';
import type { HeldBody } from './request/body/held-body.ts';
import { readRequestBody } from './request/body/read-request-body.ts';
import { type CarriedMark, carriedState } from './request/conversation/carried-state.ts';
import { type Conversation, conversationOf } from './request/conversation/conversation-of.ts';
import { defaultModelOf } from './request/default-model.ts';
import type { Endpoint } from './request/match-route.ts';
import { choicesForOthers, othersNotAllowed } from './request/other-models.ts';
import { type Name, readName } from './request/read-name.ts';
import { requestForModel } from './request/request-for-model.ts';
import { sendError } from './send-error.ts';

/** A request that goes to a target, from a known caller. */
export interface ForwardRequest {
  request: ClientRequest;
  response: ClientResponse;
  arrival: Arrival;
  endpoint: Endpoint;
  pathModel: string | null;
  key: BoardKey;
  query: URLSearchParams | null;
  trail: Trail;
}

/** Handles a request from its body to its record. Refusals are in the caller's dialect. */
export function handleForward(
  deps: GatewayDeps,
  given: ForwardRequest & { request: IncomingMessage },
): Promise<void> {
  return withBody(deps, given, (heldBody) => handleBody(deps, given, heldBody));
}

/** Reads a request's body and hands it over; refuses one that can't be read. */
export async function withBody(
  deps: GatewayDeps,
  given: ForwardRequest & { request: IncomingMessage },
  handle: (heldBody: HeldBody) => Promise<void>,
): Promise<void> {
  const limits = { limitBytes: deps.bodyLimitBytes, budget: deps.bodyBudget };
  const body = await readRequestBody(given.request, limits);
  switch (body.kind) {
    case 'left':
      return;
    case 'whole':
      try {
        return await handle(body.heldBody);
      } finally {
        body.heldBody.release();
      }
    default:
      return refuse(deps, given, bodyError(body.kind, deps));
  }
}

/** Handles a request whose body has been read; the caller releases it. */
export async function handleBody(
  deps: GatewayDeps,
  given: ForwardRequest,
  heldBody: HeldBody,
): Promise<void> {
  const { request, endpoint, pathModel, key } = given;
  const requestBytes = heldBody.bytes.length;
  const defaultModel = () => defaultModelOf(deps, endpoint.route, key);
  const named = readName({ request, endpoint, pathModel, defaultModel }, heldBody.bytes);
  if ('error' in named) return refuse(deps, given, named.error, { requestBytes });
  const { model: requestedModel } = named;
  const size = sizeOf(endpoint.route, heldBody.bytes, named.inputTokens);
  const admission = deps.keyLimits.take(key, size.total);
  const asked = { requestedModel, requestBytes };
  if (!admission.ok) return refuse(deps, given, limitError(admission), asked);
  // A request settles once: if it is refused or fails unexpectedly, it has used nothing.
  let budget: ReturnType<typeof takeBudget> | null = null;
  try {
    const marks = carriedState(endpoint.route, heldBody.bytes, named.outline);
    if ('error' in marks) return refuse(deps, given, marks.error, asked);
    const carried = marks.length === 0 ? marks : await findCarried(deps, key, marks);
    if ('error' in carried) return refuse(deps, given, carried.error, asked);
    const resolution = deps.resolve({
      key,
      model: requestedModel,
      route: evidenceRouteOf(endpoint.route),
      pinnedTargetId: pinnedTargetIdOf(given),
      conversationOf: () => conversationOf(given.request.headers, heldBody.bytes, named.outline),
      sizeOf: () => expectedSize(size),
      carried,
    });
    const counted = () => ({ ...asked, estimatedInput: size.knownInput() });
    if (!resolution.ok) return refuse(deps, given, resolution.error, counted());
    const { conversation } = resolution;
    const allowed = choicesForOthers(key, heldBody.bytes, named.outline, resolution.choices);
    if (allowed.length === 0) return refuse(deps, given, othersNotAllowed(key), counted());
    if (escapesBudget(given, named.outline))
      return refuse(deps, given, backgroundNotBudgeted, counted());
    const heard = deps.keyBudgets.beforeTake(key);
    if (heard) await heard;
    budget = takeBudget(deps, { given, choices: allowed, size });
    if (!budget.ok) {
      return refuse(deps, given, refusedByBudget(deps, budget.refusal), asked, 'budget');
    }
    const { choices } = budget;
    const sent = { named, asked: counted(), heldBody, choices, conversation, carried };
    const record = await forward(deps, given, sent);
    admission.settle(record.counted_tokens ?? 0);
    budget.settle(useOfRecord(record));
  } finally {
    admission.settle(0);
    if (budget?.ok) budget.settle(noUse);
  }
}

interface Sent extends Pick<Forwarding, 'heldBody' | 'choices'> {
  named: Name;
  asked: Asked;
  conversation: Conversation | null;
  carried: readonly CarriedMark[];
}

async function forward(deps: GatewayDeps, given: ForwardRequest, sent: Sent) {
  const { request, response, arrival, endpoint, trail } = given;
  const { heldBody, choices } = sent;
  const { model, found, isStream, outline } = sent.named;
  const { requestId } = arrival;
  // Without it, Gemini streams an array.
  const wantsEvents =
    isStream && (endpoint.dialect !== 'gemini' || given.query?.get('alt') === 'sse');
  const writer = new AnswerWriter({
    response,
    requestId,
    endpoint,
    heldBody,
    wantsEvents,
    keepAliveMs: deps.keepAliveMs,
    idleTimeoutMs: deps.idleTimeoutMs,
    isAnswerHeaderPassed: deps.headerNames.isAnswerHeaderPassed,
  });
  const asking = { endpoint, heldBody, found, model, isStream, query: upstreamQuery(given.query) };
  const made = new MadeInAnswers(deps.objects, given.key, endpoint.route, !outline.isUnstored);
  const forwarded = await forwardRequest(deps, {
    keyId: given.key.id,
    request,
    writer,
    requestId,
    endpoint,
    heldBody,
    isStream,
    requestTo: (entry) => requestForModel(asking, entry),
    choices,
    patienceEndsAtMs: patienceEndOf(deps, arrival),
    trail,
    onState: made.take,
  });
  const error = forwarded.status === 0 ? gatewayFault(forwarded) : null;
  if (error) writer.endInError(error);
  rememberTarget(deps, sent, forwarded);
  const status = error?.status ?? forwarded.status;
  const { requestedModel, requestBytes, estimatedInput } = sent.asked;
  return addRecord(deps, {
    arrival,
    key: given.key,
    endpoint,
    requestedModel,
    requestBytes,
    estimatedInput,
    status,
    error: error?.message ?? null,
    forwarded,
    objects: made.of(forwarded.entry?.target.id),
  });
}

/** When all attempts together should have begun to answer, by the clock of `performance.now()`. */
export function patienceEndOf(
  { board }: Pick<GatewayDeps, 'board'>,
  { startedAtMs }: Arrival,
): number {
  return startedAtMs + board.settings().patience_s * 1000;
}

/** The channel that the client asks for, by `X-Target-Id` or `?target_id=`. */
export function pinnedTargetIdOf({
  request,
  query,
}: Pick<ForwardRequest, 'request' | 'query'>): number | null {
  const pinned = request.headers['x-target-id'] ?? query?.get('target_id') ?? null;
  return pinned === null ? null : Number(pinned);
}

/** The query without the client's credential and the gateway's own parameters. */
export function upstreamQuery(query: URLSearchParams | null): string {
  if (!query) return '';
  const rest = new URLSearchParams(query);
  for (const name of ['key', 'target_id']) rest.delete(name);
  return rest.size === 0 ? '' : `?${rest}`;
}

export function limitError({ fault, waitS }: Extract<Admission, { ok: false }>): GatewayError {
  const what = {
    used_up: "this key's limit for this minute is used up",
    under_way: "this key's token limit is reserved by running requests",
  };
  const message = `${what[fault]}; try again in ${waitS} s`;
  return { status: 429, code: 'rate_limit_exceeded', message, retryAfterS: waitS };
}

/** What the client gets if nothing of any channel's answer has reached it. */
export function gatewayFault(forwarded: Forwarded): GatewayError {
  const { judgement, entry, attempts, hasRunOut, unpassed, refused } = forwarded;
  if (refused) return refused;
  if (attempts.at(-1)?.status === loopStatus) {
    return loopError('the channels tried for this model loop back to this monitor');
  }
  if (unpassed) return errorSaid(unpassed.status, unpassed.error, judgement?.message ?? '');
  const name = entry ? `${entry.target.name}/${entry.model}` : 'the channel';
  const message = `${name} gave no answer: ${judgement?.message ?? 'it rests after failures'}`;
  if (hasRunOut) return { status: 503, code: 'no_channel', message, retryAfterS: 1 };
  return judgement?.kind === 'timeout'
    ? { status: 504, code: 'upstream_timeout', message }
    : { status: 502, code: 'upstream_unreachable', message };
}

/** A conversation stays on the target that answered it, and so does what that target understood. */
function rememberTarget(
  { affinity, issuers }: GatewayDeps,
  { named: { model }, conversation, carried }: Sent,
  { entry, key, status, pipe }: Forwarded,
): void {
  if (!entry || status < 200 || status >= 300) return;
  const place = { targetId: entry.target.id, targetKey: key?.hash };
  const cachedShare = pipe ? cachedShareOf(pipe.usage) : undefined;
  if (conversation) affinity.keep(conversation.id, model, { ...place, cachedShare });
  for (const { mark } of carried) if (issuers.of(mark) === null) issuers.keep(place, mark);
}

/**
 * About how long a request and its answer are: no more than a typical answer, because many clients always
 * allow the most that the model can write.
 */
function expectedSize(size: RequestSize) {
  const outputTokens = Math.min(size.output(), typicalRequest.outputTokens);
  return { inputTokens: size.input(), outputTokens };
}

function cachedShareOf({ inputTokens, cachedInputTokens }: TokenUsage): number | undefined {
  if (!inputTokens || cachedInputTokens === null) return undefined;
  return Math.min(1, cachedInputTokens / inputTokens);
}

export function refuse(
  deps: GatewayDeps,
  given: ForwardRequest,
  error: GatewayError,
  asked: Partial<Asked> = {},
  refusedFor: RefusedFor | null = null,
): void {
  sendError(given.response, given.endpoint.dialect, error, given.arrival.requestId);
  const { status, message } = error;
  const { requestedModel = '', requestBytes = 0, estimatedInput = null } = asked;
  const parts = { ...given, requestedModel, requestBytes, estimatedInput };
  addRecord(deps, { ...parts, status, error: message, forwarded: null, refusedFor });
}

/** What is known of a request when it is refused or forwarded. */
interface Asked {
  requestedModel: string;
  requestBytes: number;
  /** Null until it has been admitted by its key's limits. */
  estimatedInput: number | null;
}

export function addRecord(
  { metrics, records }: GatewayDeps,
  parts: Parameters<typeof requestRecord>[0],
) {
  const record = requestRecord(parts);
  metrics.requestEnded(record);
  records.add(record);
  return record;
}
