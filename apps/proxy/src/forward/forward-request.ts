import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProxyAttempt } from '@api-monitor/core';
import type { BoardModel } from '../board/board.ts';
import { errorEvent, type GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { type FoundModel, spliceModel } from '../request/find-model.ts';
import type { Endpoint } from '../request/match-route.ts';
import type { WholeBody } from '../request/read-request-body.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import { AnswerPipe, type AttemptEnd, type AttemptFault } from './answer-pipe.ts';
import { stallTimeoutMsOf } from './attempt-timer.ts';
import { endInTime } from './end-in-time.ts';
import { isHeldBackStatus, isLiveFailure, isLiveSuccess, isModelDoubted } from './judge-attempt.ts';
import { upstreamHeaders } from './request-headers.ts';
import { watchStreamEnd } from './stream-end.ts';

/** A request that is to go up: everything about it that is known by now. */
export interface Forwarding {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  endpoint: Endpoint;
  /** Empty once an answer has begun. */
  parcel: WholeBody;
  /** null where the path names the model. */
  found: FoundModel | null;
  /** Whether the client asked for an answer that comes as it is made. */
  isStream: boolean;
  /** What goes up of the query, with its question mark. */
  query: string;
  choices: readonly Choice[];
}

/** What came of it, for the record. */
export interface Forwarded {
  entry: BoardModel | null;
  attempts: ProxyAttempt[];
  status: number;
  pipe: AnswerPipe | null;
  fault: AttemptFault | null;
}

const noBytes: Buffer = Buffer.alloc(0);

/** Sends a request to one channel after the other until one has begun to answer. Never rejects. */
export async function forwardRequest(deps: GatewayDeps, given: Forwarding): Promise<Forwarded> {
  const attempts: ProxyAttempt[] = [];
  const choices = given.choices.slice(0, deps.attemptLimit);
  for (const [index, choice] of choices.entries()) {
    const options = { isLast: index === choices.length - 1, number: index + 1 };
    const { end, pipe, durationS } = await tryChannel(deps, given, choice, options);
    attempts.push(judged(deps, given, choice.entry, end, durationS));
    if (end.kind === 'retriable' && !options.isLast) continue;
    if (end.kind === 'broken') endBroken(deps, given, pipe, end.fault);
    const fault = 'fault' in end ? end.fault : null;
    return { entry: choice.entry, attempts, status: statusOf(end), pipe, fault };
  }
  return { entry: null, attempts, status: 0, pipe: null, fault: null };
}

interface AttemptOptions {
  isLast: boolean;
  /** What `x-proxy-attempts` says: 1 for the first channel. */
  number: number;
}

interface Tried {
  end: AttemptEnd;
  pipe: AnswerPipe;
  durationS: number;
}

/** One try at a channel, and a second one where the kept connection turned out to be closed. */
async function tryChannel(
  deps: GatewayDeps,
  given: Forwarding,
  choice: Choice,
  options: AttemptOptions,
): Promise<Tried> {
  const startedAtMs = performance.now();
  deps.breakers.begin(choice.entry.target.id, choice.entry.model);
  let tried = await send(deps, given, choice, { ...options, isFresh: false });
  if (tried.end.kind === 'retriable' && tried.end.fault.isStale) {
    tried = await send(deps, given, choice, { ...options, isFresh: true });
  }
  return { ...tried, durationS: (performance.now() - startedAtMs) / 1000 };
}

function send(
  deps: GatewayDeps,
  given: Forwarding,
  { entry, proofAgeS }: Choice,
  { isLast, number, isFresh }: AttemptOptions & { isFresh: boolean },
): Promise<Omit<Tried, 'durationS'>> {
  const { target, model } = entry;
  const { response, requestId, endpoint } = given;
  return new Promise((resolve) => {
    const pipe: AnswerPipe = new AnswerPipe({
      response,
      truth: { requestId, targetId: target.id, model, attempts: number, proofAgeS },
      apiKey: target.channel.apiKey,
      isHeldBack: (status) => !isLast && isHeldBackStatus(status),
      onBegin: () => {
        given.parcel.body = noBytes;
      },
      watchEnd: () => watchStreamEnd(endpoint),
      isStale: (error) => !isFresh && deps.dispatch.wasStale(target.channel, error),
      firstByteTimeoutMs: firstByteTimeoutMsOf(deps, given, entry),
      idleTimeoutMs: deps.idleTimeoutMs,
      onEnd: (end) => resolve({ end, pipe }),
    });
    deps.dispatch.send(target.channel, upstreamRequest(given, entry), pipe, isFresh);
  });
}

/**
 * A stream begins as soon as the model does, in about the time that its probes took. A whole answer
 * begins when all of it is there: its first byte may take as long as the pause within a stream.
 */
function firstByteTimeoutMsOf(
  { idleTimeoutMs }: GatewayDeps,
  { isStream }: Forwarding,
  { target, firstByteS }: BoardModel,
): number {
  const streamMs = 1000 * Math.max(target.timeoutS, 3 * (firstByteS ?? 0));
  return isStream ? streamMs : Math.max(streamMs, idleTimeoutMs);
}

/** 0 where nothing has reached the client, so that the gateway answers by itself. */
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

function upstreamRequest(
  { request, endpoint, parcel, found, query }: Forwarding,
  entry: BoardModel,
) {
  const { target, model } = entry;
  const escaped = model.split('/').map(encodeURIComponent).join('/');
  return {
    method: 'POST' as const,
    path: endpoint.upstreamPath.replace('{model}', () => escaped) + query,
    headers: upstreamHeaders(request.rawHeaders, target, endpoint),
    body: found ? spliceModel(parcel.body, found, model) : parcel.body,
  };
}

/** Turns an attempt's end into its record, and lets the breaker know. */
function judged(
  { breakers }: GatewayDeps,
  { endpoint }: Forwarding,
  { target, model }: BoardModel,
  end: AttemptEnd,
  durationS: number,
): ProxyAttempt {
  const failure = isLiveFailure(end, endpoint.route);
  if (failure) breakers.failed(target.id, model, failure.error);
  else if (isLiveSuccess(end, endpoint.route)) breakers.succeeded(target.id, model);
  else breakers.release(target.id, model);
  if (isModelDoubted(end, endpoint.route)) breakers.suspected(target.id, model);
  const fault = 'fault' in end ? end.fault : null;
  return {
    target_id: target.id,
    target_name: target.name,
    model,
    status: 'status' in end ? end.status : null,
    error: failure?.error ?? fault?.message ?? null,
    error_kind: failure?.error_kind ?? fault?.kind ?? null,
    duration_s: Math.round(durationS * 1000) / 1000,
    is_live_failure: failure !== null,
  };
}

/** A stream gets an error in the client's words; a body whose length was promised is cut off. */
function endBroken(
  { idleTimeoutMs }: GatewayDeps,
  given: Forwarding,
  pipe: AnswerPipe,
  { kind, message }: AttemptFault,
): void {
  const { response, endpoint, requestId } = given;
  if (!pipe.canTellError) {
    response.destroy();
    return;
  }
  const status = kind === 'timeout' ? 504 : 502;
  const error: GatewayError = {
    status,
    code: 'upstream_interrupted',
    message: `the channel broke off: ${message}`,
  };
  const text = errorEvent(endpoint.dialect, endpoint.route === 'responses', error, requestId);
  endInTime(response, text, stallTimeoutMsOf(idleTimeoutMs));
}
