import type { ProxyAttempt } from '@api-monitor/core';
import type { BoardModel } from '../board/board.ts';
import { errorEvent, type GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import type { AnswerPipe, AttemptEnd, AttemptFault } from './answer-pipe.ts';
import { isLiveFailure, isLiveSuccess, isLoop, isModelDoubted } from './judge-attempt.ts';
import { type Forwarding, tryChannel } from './try-channel.ts';

/** What came of a request, for its record. */
export interface Forwarded {
  entry: BoardModel | null;
  attempts: ProxyAttempt[];
  status: number;
  pipe: AnswerPipe | null;
  fault: AttemptFault | null;
}

/** Sends a request to one channel after the other until one has begun to answer. Never rejects. */
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
    const isBreakersTry = deps.breakers.begin(entry.target.id, entry.model);
    const { end, pipe } = await tryChannel(deps, given, { choice, number, isLast });
    const judging = { entry, end, isBreakersTry, durationMs: performance.now() - startedAtMs };
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
 * After this many channels that loop back, a request that another monitor sent gives up: every member of
 * a ring retries, so their attempts multiply. One that came straight from a client goes on to its last
 * channel, because no other monitor multiplies its attempts.
 */
const loopLimit = 2;

/** What is left to try after a channel looped back: others at the same address would do so too. */
function atOtherAddresses(choices: readonly Choice[], looped: Choice): readonly Choice[] {
  const { baseUrl } = looped.entry.target.channel;
  return choices.filter(({ entry }) => entry.target.channel.baseUrl !== baseUrl);
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

interface Judging {
  entry: BoardModel;
  end: AttemptEnd;
  /** It was the one try of a half-open breaker. */
  isBreakersTry: boolean;
  durationMs: number;
}

/** Turns an attempt's end into its record, and lets the breaker know. */
function judged(
  { breakers }: GatewayDeps,
  { endpoint, trail }: Forwarding,
  { entry: { target, model }, end, isBreakersTry, durationMs }: Judging,
): ProxyAttempt {
  // Another monitor sent us this, and the loop may be its own: our clients may use the channel well.
  const isSendersLoop = isLoop(end) && trail.otherMonitors > 0;
  const failure = isSendersLoop ? null : isLiveFailure(end, endpoint.route);
  if (failure) breakers.failed(target.id, model, failure.error);
  else if (isLiveSuccess(end, endpoint.route)) breakers.succeeded(target.id, model);
  else if (isBreakersTry) breakers.release(target.id, model);
  if (isModelDoubted(end, endpoint.route)) breakers.suspected(target.id, model);
  const fault = 'fault' in end ? end.fault : null;
  return {
    target_id: target.id,
    target_name: target.name,
    model,
    status: 'status' in end ? end.status : null,
    error: failure?.error ?? fault?.message ?? null,
    error_kind: failure?.error_kind ?? fault?.kind ?? null,
    duration_s: Math.round(durationMs) / 1000,
    is_live_failure: failure !== null,
  };
}

/** A stream gets an error in the client's dialect; any other body is cut off. */
function endBroken(
  { response, endpoint, requestId }: Forwarding,
  pipe: AnswerPipe,
  { kind, message }: AttemptFault,
): void {
  if (!pipe.watch?.isEventStream) {
    // Over HTTP/1.0, which nginx speaks by default, a mere close would be the end of a whole answer. The
    // request's socket, because a pipelined response has none before its turn.
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
