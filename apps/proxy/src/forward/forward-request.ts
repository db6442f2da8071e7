import type { IncomingMessage, ServerResponse } from 'node:http';
import { isProvingRoute, liveOutcomeOf, type ProxyAttempt, type Trail } from '@api-monitor/core';
import type { DispatchRequest } from '@api-monitor/upstream';
import type { BoardModel } from '../board/board.ts';
import { errorEvent, type GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { type FoundModel, spliceModel } from '../request/find-model.ts';
import type { HeldBody } from '../request/held-body.ts';
import type { Endpoint } from '../request/match-route.ts';
import { renameInnerModels } from '../request/rename-inner-models.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import { AnswerPipe } from './answer-pipe.ts';
import type { HeaderNames } from './header-names.ts';
import {
  type AttemptEnd,
  type AttemptFault,
  isLiveFailure,
  isLoop,
  isModelDoubted,
} from './judge-attempt.ts';
import { upstreamHeaders } from './request-headers.ts';

/** A request to be forwarded, with everything that is known about it. */
export interface Forwarding {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  endpoint: Endpoint;
  /** Released once an answer has begun. */
  heldBody: HeldBody;
  /** Null if the path names the model. */
  found: FoundModel | null;
  /** As the client named it. */
  askedModel: string;
  /** Whether the client asked for a stream. */
  isStream: boolean;
  /** The part of the query that is forwarded, with its question mark. */
  query: string;
  choices: readonly Choice[];
  /** The monitors that it came through. */
  trail: Trail;
}

/** The outcome of a request, for its record. */
export interface Forwarded {
  entry: BoardModel | null;
  attempts: ProxyAttempt[];
  status: number;
  pipe: AnswerPipe | null;
  fault: AttemptFault | null;
}

/** Sends a request to one target after the other until one has begun to answer. Never rejects. */
export async function forwardRequest(deps: GatewayDeps, given: Forwarding): Promise<Forwarded> {
  const attempts: ProxyAttempt[] = [];
  let choices = given.choices;
  let loops = 0;
  for (;;) {
    const [choice, ...others] = choices;
    if (!choice) return { entry: null, attempts, status: 0, pipe: null, fault: null };
    const { entry } = choice;
    const number = attempts.length + 1;
    const isLast = others.length === 0 || number === deps.attemptLimit;
    const startedAtMs = performance.now();
    const isTrial = deps.breakers.begin(entry.target.id, entry.model);
    const { end, pipe } = await attempt(deps, given, { choice, number, isLast });
    const judging = { entry, end, isTrial, durationMs: performance.now() - startedAtMs };
    attempts.push(judged(deps, given, judging));
    if (end.kind === 'retriable' && !isLast) {
      if (isLoop(end)) loops += 1;
      const isAtLimit = given.trail.otherMonitors > 0 && loops >= loopLimit;
      if (isAtLimit) choices = [];
      else choices = isLoop(end) ? atOtherAddresses(others, choice) : others;
      continue;
    }
    if (end.kind === 'broken') endBroken(given, pipe, end.fault);
    const fault = 'fault' in end ? end.fault : null;
    return { entry, attempts, status: statusOf(end), pipe, fault };
  }
}

/**
 * A request from another monitor is given up after this many targets loop back, because every member of a
 * ring retries and their attempts multiply. A client's own request keeps trying its other targets, because
 * no other monitor multiplies its attempts.
 */
const loopLimit = 2;

/** The targets to try after one looped back: others at its address would loop back too. */
function atOtherAddresses(choices: readonly Choice[], looped: Choice): readonly Choice[] {
  const { baseUrl } = looped.entry.target.upstream;
  return choices.filter(({ entry }) => entry.target.upstream.baseUrl !== baseUrl);
}

/** 0 if nothing has reached the client: the gateway then answers itself. */
function statusOf(end: AttemptEnd): number {
  switch (end.kind) {
    case 'whole':
    case 'broken':
      return end.status;
    case 'client_left':
      return 499;
    case 'retriable':
      return 0;
  }
}

interface Judging {
  entry: BoardModel;
  end: AttemptEnd;
  /** Whether it was the trial of a half-open breaker. */
  isTrial: boolean;
  durationMs: number;
}

/** Returns an attempt's record, and updates the breaker. */
function judged(
  { breakers }: GatewayDeps,
  { endpoint, trail }: Forwarding,
  { entry: { target, model }, end, isTrial, durationMs }: Judging,
): ProxyAttempt {
  // If another monitor sent this, the loop may be that monitor's, and the target may work for our clients.
  const isSendersLoop = isLoop(end) && trail.otherMonitors > 0;
  const failure = isSendersLoop ? null : isLiveFailure(end, endpoint.route);
  const fault = 'fault' in end ? end.fault : null;
  const isClientError = end.kind === 'whole' && end.streamError === 'client';
  const record: ProxyAttempt = {
    target_id: target.id,
    target_name: target.name,
    model,
    status: 'status' in end ? end.status : null,
    error: failure?.error ?? fault?.message ?? null,
    error_kind: failure?.error_kind ?? fault?.kind ?? null,
    duration_s: Math.round(durationMs) / 1000,
    is_live_failure: failure !== null && isProvingRoute(endpoint.route),
    ...(isClientError ? { is_client_error: true } : {}),
  };
  const outcome = liveOutcomeOf(endpoint.route, record);
  if (failure && outcome === 'failure') breakers.failed(target.id, model, failure.error);
  else if (outcome === 'success') breakers.succeeded(target.id, model);
  else if (isTrial) breakers.release(target.id, model);
  if (isModelDoubted(end, endpoint.route)) breakers.suspected(target.id, model);
  return record;
}

/** A stream ends in an error in the client's dialect; any other body is cut off. */
function endBroken(
  { response, endpoint, requestId }: Forwarding,
  pipe: AnswerPipe,
  { kind, message }: AttemptFault,
): void {
  if (!pipe.watch?.isEventStream) {
    // A reset, because over HTTP/1.0, nginx's default, a close marks the end of a complete answer. The
    // socket is the request's, because a pipelined response has none before its turn.
    response.req.socket.resetAndDestroy();
    return;
  }
  const status = kind === 'timeout' ? 504 : 502;
  const error: GatewayError = {
    status,
    code: 'upstream_interrupted',
    message: `the channel broke off: ${message}`,
  };
  const text = errorEvent(endpoint.dialect, endpoint.route === 'responses', error, requestId);
  pipe.endAnswer(Buffer.from(text));
}

interface Attempt {
  choice: Choice;
  /** What `x-proxy-attempts` says: 1 for the first target. */
  number: number;
  isLast: boolean;
}

function attempt(
  { dispatch, headerNames, idleTimeoutMs }: GatewayDeps,
  given: Forwarding,
  { choice, number, isLast }: Attempt,
): Promise<{ end: AttemptEnd; pipe: AnswerPipe }> {
  const { entry, proofAgeS } = choice;
  const { target, model } = entry;
  const { response, requestId, endpoint, heldBody } = given;
  return new Promise((resolve) => {
    new AnswerPipe({
      response,
      endpoint,
      heldBody,
      routing: { requestId, targetId: target.id, model, attempts: number, proofAgeS },
      isAnswerHeaderPassed: headerNames.isAnswerHeaderPassed,
      target: target.upstream,
      mayHoldBack: !isLast,
      firstByteTimeoutMs: firstByteTimeoutMsOf(given, entry, idleTimeoutMs),
      idleTimeoutMs,
      send: (pipe) => dispatch(target.upstream, upstreamRequest(given, entry, headerNames), pipe),
      onEnd: (end, pipe) => resolve({ end, pipe }),
    });
  });
}

/**
 * A stream begins as soon as the model does, in about the time that its probes took. A whole answer begins
 * when all of it is ready, so its first byte may take as long as a pause within a stream.
 */
function firstByteTimeoutMsOf(
  { isStream }: Forwarding,
  { target, first_byte_s }: BoardModel,
  idleTimeoutMs: number,
): number {
  const streamMs = 1000 * Math.max(target.timeout_s, 3 * (first_byte_s ?? 0));
  return isStream ? streamMs : Math.max(streamMs, idleTimeoutMs);
}

function upstreamRequest(
  { request, endpoint, heldBody, found, askedModel, query, trail }: Forwarding,
  { target, model }: BoardModel,
  { forwardedNameOf }: HeaderNames,
): DispatchRequest {
  const body = heldBody.bytes;
  const path = found ? endpoint.upstreamPath : pathWithModel(endpoint.upstreamPath, model);
  return {
    method: 'POST',
    path: path + query,
    headers: upstreamHeaders(
      request.rawHeaders,
      target.anthropic_version,
      endpoint,
      trail,
      forwardedNameOf,
    ),
    keyHeader: endpoint.keyHeader,
    body: {
      pieces: found ? spliceModel(body, found, model) : renameInnerModels(body, askedModel, model),
      hold: () => heldBody.hold(),
    },
  };
}

function pathWithModel(path: string, model: string): string {
  const escaped = model.split('/').map(encodeURIComponent).join('/');
  return path.replace('{model}', () => escaped);
}
