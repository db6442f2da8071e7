import { evidenceRouteOf, isOfChannel, type Judgement, type ProxyAttempt } from '@api-monitor/core';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import type { AnswerPipe, MovesOn } from './answer-pipe.ts';
import type { AnswerWriter } from './answer-writer.ts';
import { type AttemptEnd, isLoop } from './attempts/attempt-end.ts';
import { makeAttempt } from './attempts/make-attempt.ts';
import { createPlaces, type Place } from './attempts/places.ts';
import type { Forwarded, Forwarding } from './forwarding.ts';

/** Sends a request to one target after the other until one has begun to answer. Never rejects. */
export async function forwardRequest(deps: GatewayDeps, given: Forwarding): Promise<Forwarded> {
  const { writer, trail } = given;
  const places = placesOf(deps, given);
  let tried: Tried = { attempts: [], entry: null, key: null, pipe: null, judgement: null };
  let loops = 0;
  while (!writer.hasLeft) {
    const place = await places.next();
    if (place.kind === 'client_left') break;
    if (place.kind === 'none') return unserved(tried, { hasRunOut: true });
    if (place.kind === 'full') return unserved(tried, { refused: place.error });
    const made = await attemptAt(deps, given, place, tried.attempts);
    if ('error' in made) return unserved(tried, { refused: made.error });
    const { end, pipe, record, movesOn, mayChangeKey } = made;
    const { entry } = place.choice;
    const attempts = [...tried.attempts, record];
    tried = { attempts, entry, key: place.key, pipe, judgement: end.judgement };
    if (end.kind !== 'retriable') return ended(tried, { end, pipe, writer });
    if (mayChangeKey() && isOfChannel(end.judgement)) {
      places.changeKey(place);
      continue;
    }
    if (movesOn !== 'anywhere') return ended(tried, { end, pipe, writer });
    if (isLoop(end)) loops += 1;
    const isAtLimit = trail.otherMonitors > 0 && loops >= loopLimit;
    places.keepOnly(isAtLimit ? none : othersAfter(place.choice, end));
  }
  return unserved(tried, { status: 499 });
}

/** What has been tried so far, with the last attempt's parts. */
type Tried = Pick<Forwarded, 'attempts' | 'entry' | 'key' | 'pipe' | 'judgement'>;

function placesOf(deps: GatewayDeps, given: Forwarding) {
  const { choices, endpoint, keyId, writer, patienceEndsAtMs } = given;
  return createPlaces(deps, {
    ...{ choices, keyId, route: evidenceRouteOf(endpoint.route) },
    endsAtMs: patienceEndsAtMs - leastPatienceMs,
    async whileClientWaits(wait) {
      const leaving = new AbortController();
      writer.onLeave = () => leaving.abort();
      const result = await wait(leaving.signal);
      writer.onLeave = null;
      return result;
    },
  });
}

/** Sends the request to a place, which is free again once the attempt has ended. */
async function attemptAt(
  deps: GatewayDeps,
  given: Forwarding,
  place: Place,
  before: readonly ProxyAttempt[],
) {
  try {
    const sent = given.requestTo(place.choice.entry);
    if ('error' in sent) return sent;
    const isPatient = performance.now() + leastPatienceMs < given.patienceEndsAtMs;
    const mayChangeKey = () => isPatient && place.hasOtherKey();
    const elsewhere: MovesOn = mayChangeKey() ? 'to_other_key' : 'nowhere';
    const movesOn = isPatient && !place.isLast ? 'anywhere' : elsewhere;
    const { choice, key } = place;
    const number = before.length + 1;
    const made = await makeAttempt(deps, given, { choice, key, sent, number, movesOn });
    return { ...made, movesOn, mayChangeKey };
  } finally {
    place.give();
  }
}

/** Nothing of any answer has reached the client. */
function unserved(
  tried: Tried,
  why: Partial<Pick<Forwarded, 'status' | 'hasRunOut' | 'refused'>>,
): Forwarded {
  return { ...tried, status: 0, unpassed: null, hasRunOut: false, refused: null, ...why };
}

/** No attempt follows this one. */
function ended(
  tried: Tried,
  { end, pipe, writer }: { end: AttemptEnd; pipe: AnswerPipe; writer: AnswerWriter },
): Forwarded {
  if (end.kind === 'broken') endBroken(writer, pipe, end.judgement);
  const { error } = pipe;
  const unpassed = end.kind === 'unpassed' ? { status: end.status ?? 0, error } : null;
  return { ...unserved(tried, { status: statusOf(end, writer) }), unpassed };
}

/**
 * A request from another monitor is given up after this many targets loop back, because every member of a
 * ring retries and their attempts multiply. A client's own request keeps trying its other targets, because
 * no other monitor multiplies its attempts.
 */
const loopLimit = 2;

const none = () => false;

/** The targets to try after this one. */
function othersAfter({ entry }: Choice, end: AttemptEnd): (other: Choice) => boolean {
  const { id, upstream } = entry.target;
  // Others at its address would loop back too.
  if (isLoop(end)) return (other) => other.entry.target.upstream.baseUrl !== upstream.baseUrl;
  // A silent channel isn't asked twice.
  if (end.isSilent) return (other) => other.entry.target.id !== id;
  return () => true;
}

/** With less time left, the next channel is the last one. */
const leastPatienceMs = 500;

/** The client got the last attempt's status, unless it has left or nothing has reached it. */
function statusOf({ kind, status }: AttemptEnd, writer: AnswerWriter): number {
  if (kind === 'client_left' || (kind === 'retriable' && writer.hasLeft)) return 499;
  return kind === 'retriable' || kind === 'unpassed' ? 0 : (status ?? 0);
}

/** A stream ends in an error in the client's dialect; any other body is cut off. */
function endBroken(writer: AnswerWriter, pipe: AnswerPipe, { kind, message }: Judgement): void {
  if (!pipe.isEventStream) {
    writer.cutOff();
    return;
  }
  const status = kind === 'timeout' ? 504 : 502;
  const error: GatewayError = {
    status,
    code: 'upstream_interrupted',
    message: `the channel broke off: ${message}`,
  };
  writer.endInError(error);
}
