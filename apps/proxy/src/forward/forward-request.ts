import { isBounded, type NoSlot } from '@api-monitor/bus';
import {
  type BodyError,
  evidenceRouteOf,
  isOfChannel,
  isProvingRoute,
  type Judgement,
  type ProxyAttempt,
  type Trail,
} from '@api-monitor/core';
import type { DispatchRequest } from '@api-monitor/upstream';
import type { BoardKey, BoardModel, BoardTargetKey } from '../board/board.ts';
import type { Issuer } from '../board/state-issuers.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import type { HeldBody } from '../request/body/held-body.ts';
import type { Endpoint } from '../request/match-route.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import { answerLimitOf } from './answer-limit.ts';
import { AnswerPipe, type MovesOn } from './answer-pipe.ts';
import type { AnswerWriter } from './answer-writer.ts';
import {
  type AttemptEnd,
  answered,
  attemptRecord,
  findingOf,
  isLoop,
  nothingShown,
} from './attempt-end.ts';
import type { ClientRequest } from './client-response.ts';
import type { HeaderNames } from './header-names.ts';
import { upstreamHeaders } from './request-headers.ts';
import { fullError, type Turn, takeTurn } from './take-slot.ts';

/** `path`: with its query. `pieces`: the body's; null without one. */
export interface SentRequest {
  path: string;
  pieces: Buffer[] | null;
}

/** A request to be forwarded, with everything that is known about it. */
export interface Forwarding {
  request: ClientRequest;
  /** For the answer, whichever attempt it comes from. */
  writer: AnswerWriter;
  requestId: string;
  /** Of the client's key. */
  keyId: BoardKey['id'];
  endpoint: Endpoint;
  /** Released once an answer has begun. */
  heldBody: HeldBody;
  /** Whether the client asked for a stream. */
  isStream: boolean;
  /** What is sent to a target, or why this target can't be sent the client's request. */
  requestTo: (entry: BoardModel) => SentRequest | { error: GatewayError };
  choices: readonly Choice[];
  /** When all attempts together should have begun to answer, by the clock of `performance.now()`. */
  patienceEndsAtMs: number;
  /** The monitors that it came through. */
  trail: Trail;
  /** Called with what a target issued, such as ids. */
  onState?: (mark: string, issuer: Issuer) => void;
}

/** The outcome of a request, for its record. */
export interface Forwarded {
  /** The last one tried; null if all were resting by their turn. */
  entry: BoardModel | null;
  /** The key that was used. */
  key: BoardTargetKey | null;
  attempts: ProxyAttempt[];
  /** 0 if nothing has reached the client: the gateway then answers itself. */
  status: number;
  pipe: AnswerPipe | null;
  /** Of the last attempt. */
  judgement: Judgement | null;
  /** The last channel's own error, which the client can't get as it came. */
  unpassed: { status: number; error: BodyError | null } | null;
  /** Another target was to be tried, and rests by now. */
  hasRunOut: boolean;
  /** The client's request can't be sent to the target whose turn it was. */
  refused: GatewayError | null;
}

/** Sends a request to one target after the other until one has begun to answer. Never rejects. */
export async function forwardRequest(deps: GatewayDeps, given: Forwarding): Promise<Forwarded> {
  const attempts: ProxyAttempt[] = [];
  const { writer } = given;
  const { targetKeys: keys } = deps;
  const isReady = isReadyNow(deps, given);
  let last: Pick<Forwarded, 'entry' | 'key' | 'pipe' | 'judgement'> = {
    entry: null,
    key: null,
    pipe: null,
    judgement: null,
  };
  let choices = given.choices;
  let loops = 0;
  /** The targets so far, and the keys of the last one. */
  let targets = 0;
  let tried = new Set<BoardTargetKey>();
  if (writer.hasLeft) {
    return { ...last, attempts, status: 499, ...unsaid, hasRunOut: false };
  }
  for (;;) {
    const ready = choices.filter(isReady);
    const turn = await turnOf(deps, given, ready);
    if (turn === null) return { ...last, attempts, status: 0, ...unsaid, hasRunOut: true };
    if (turn === 'aborted') return { ...last, attempts, status: 499, ...unsaid, hasRunOut: false };
    if (typeof turn === 'string') {
      const refused = fullError(ready, turn);
      return { ...last, attempts, status: 0, ...unsaid, hasRunOut: false, refused };
    }
    const { choice, give } = turn;
    const others = ready.filter((one) => one !== choice);
    if (choice.entry !== last.entry) {
      targets += 1;
      tried = new Set();
    }
    const { target } = choice.entry;
    const key = keys.next(target, choice.key, tried);
    if (!key) {
      give();
      choices = others;
      continue;
    }
    const sent = given.requestTo(choice.entry);
    if ('error' in sent) {
      give();
      return { ...last, attempts, status: 0, ...unsaid, hasRunOut: false, refused: sent.error };
    }
    tried.add(key);
    const number = attempts.length + 1;
    const isPatient = performance.now() + leastPatienceMs < given.patienceEndsAtMs;
    const isLast = others.length === 0 || targets === deps.attemptLimit || !isPatient;
    const mayChangeKey = isPatient && tried.size < keyLimit;
    const hasKey = () => mayChangeKey && keys.hasNext(target, choice.key, tried);
    const movesOn = isLast ? (hasKey() ? 'to_other_key' : 'nowhere') : 'anywhere';
    const { end, pipe, record } = await attempt(deps, given, {
      ...{ choice, key, sent, number, movesOn },
    }).finally(give);
    attempts.push(record);
    last = { entry: choice.entry, key, pipe, judgement: end.judgement };
    const mayRetry = end.kind === 'retriable' && !writer.hasLeft;
    if (mayRetry && movesOn !== 'nowhere' && isOfChannel(end.judgement) && hasKey()) {
      choices = [choice, ...others];
      continue;
    }
    if (mayRetry && !isLast) {
      if (isLoop(end)) loops += 1;
      const isAtLimit = given.trail.otherMonitors > 0 && loops >= loopLimit;
      if (isAtLimit) choices = [];
      else if (isLoop(end)) choices = atOtherAddresses(others, choice);
      else if (end.isSilent) choices = ofOtherChannels(others, choice);
      else choices = others;
      continue;
    }
    if (end.kind === 'broken') endBroken(writer, pipe, end.judgement);
    const { error } = pipe;
    const unpassed = end.kind === 'unpassed' ? { status: end.status ?? 0, error } : null;
    const status = statusOf(end, writer);
    return { ...last, attempts, status, unpassed, hasRunOut: false, refused: null };
  }
}

/** Whose turn it is. A target may have begun to rest while the request waited for its place. */
async function turnOf(
  deps: GatewayDeps,
  given: Forwarding,
  ready: readonly Choice[],
): Promise<Turn | NoSlot | null> {
  const [first, ...others] = ready;
  if (!first) return null;
  if (!isBounded(first.entry.target)) return { choice: first, give: () => {} };
  const { writer, patienceEndsAtMs } = given;
  const leaving = new AbortController();
  writer.onLeave = () => leaving.abort();
  const endsAtMs = patienceEndsAtMs - leastPatienceMs;
  const turn = await takeTurn(deps, [first, ...others], { endsAtMs, signal: leaving.signal });
  writer.onLeave = null;
  if (typeof turn === 'string' || isReadyNow(deps, given)(turn.choice)) return turn;
  turn.give();
  return turnOf(deps, given, ready.filter(isReadyNow(deps, given)));
}

const unsaid = { unpassed: null, refused: null } as const;

/** Whether a target may be asked at its turn: others may have found in the meantime that it fails. */
function isReadyNow({ live }: GatewayDeps, { endpoint, keyId }: Forwarding) {
  const route = evidenceRouteOf(endpoint.route);
  return ({ entry }: Choice) => !live.isResting(entry, route, keyId);
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

/** A silent channel isn't asked twice. */
function ofOtherChannels(choices: readonly Choice[], silent: Choice): readonly Choice[] {
  return choices.filter(({ entry }) => entry.target.id !== silent.entry.target.id);
}

/** How many keys of one target a request may try. */
export const keyLimit = 4;

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

interface Attempt {
  choice: Choice;
  key: BoardTargetKey;
  sent: SentRequest;
  /** What `x-proxy-attempts` says: 1 for the first. */
  number: number;
  movesOn: MovesOn;
}

/** Makes one attempt; what it shows is known at once to all requests that follow. */
async function attempt(deps: GatewayDeps, given: Forwarding, one: Attempt) {
  const { live, nowS } = deps;
  const { key } = one;
  const { entry } = one.choice;
  const route = evidenceRouteOf(given.endpoint.route);
  const beganAt = nowS();
  const isProving = isProvingRoute(given.endpoint.route);
  const isTrial = isProving && live.begin(entry, route, given.keyId) === 'trial';
  const { end, pipe } = await send(deps, given, one, (firstTokenS) => {
    // Others needn't wait for the end of a long answer.
    if (!isTrial) return;
    const nothing = { status: null, retryAfterS: null, saidEnd: null, isUnreached: false };
    const begun = { kind: 'whole', ...nothing } as const;
    const times = { beganAt, endedAt: nowS() };
    live.take(
      entry,
      findingOf(given.endpoint, { ...begun, judgement: answered, firstTokenS }, times, key),
      given.keyId,
    );
  });
  // If another monitor sent this, the loop may be that monitor's, and the target may work for our clients.
  const isSendersLoop = isLoop(end) && given.trail.otherMonitors > 0;
  const shown = isSendersLoop ? { ...end, judgement: nothingShown } : end;
  const finding = live.take(
    entry,
    findingOf(given.endpoint, shown, { beganAt, endedAt: nowS() }, key),
    given.keyId,
  );
  if (isTrial) live.endTrial(entry, route);
  return { end, pipe, record: attemptRecord(entry, end, finding, key, pipe.lostUsage) };
}

function send(
  deps: GatewayDeps,
  given: Forwarding,
  { choice, key, sent, number, movesOn }: Attempt,
  onFirstToken: (firstTokenS: number) => void,
): Promise<{ end: AttemptEnd; pipe: AnswerPipe }> {
  const { dispatch, headerNames, idleTimeoutMs, bodyBudget: heldBudget, issuers, nowS } = deps;
  const { entry, standing, proofAgeS } = choice;
  const { target, model } = entry;
  const { writer, requestId, endpoint, isStream, heldBody, patienceEndsAtMs } = given;
  const usualS = standing.first_token_s;
  const mayMoveOn = movesOn === 'anywhere';
  const patienceMs = patienceEndsAtMs - performance.now();
  const requestBytes = heldBody.bytes.length;
  const { limitMs, isPatience } = answerLimitOf({
    target,
    usualS,
    isStream,
    requestBytes,
    mayMoveOn,
    patienceMs,
    idleTimeoutMs,
  });
  return new Promise((resolve) => {
    new AnswerPipe({
      writer,
      endpoint,
      heldBudget,
      nowS,
      idleTimeoutMs,
      onFirstToken,
      routing: {
        requestId,
        targetId: target.id,
        targetKey: key.hash,
        model,
        attempts: number,
        proofAgeS,
        evidence: standing.state,
      },
      target: key.upstream,
      movesOn,
      isStreamAsked: isStream,
      mayLackEnd: lacksEnd(choice, endpoint),
      onState: (mark) => {
        const issuer = { targetId: target.id, targetKey: key.hash };
        issuers.keep(issuer, mark);
        given.onState?.(mark, issuer);
      },
      limitMs,
      isPatience,
      patienceEndsAtMs,
      send: (pipe) =>
        dispatch(key.upstream, dispatchRequest(given, { entry, sent }, headerNames), pipe),
      onEnd: (end, pipe) => resolve({ end, pipe }),
    });
  });
}

/** Whether a probe found that this model's streams end without saying so. */
function lacksEnd({ entry }: Choice, endpoint: Endpoint): boolean {
  const route = evidenceRouteOf(endpoint.route);
  return entry.evidence.some((one) => one.route === route && one.lacks_end === true);
}

function dispatchRequest(
  { request, endpoint, heldBody, trail }: Forwarding,
  { entry, sent: { path, pieces } }: { entry: BoardModel; sent: SentRequest },
  { forwardedNameOf }: HeaderNames,
): DispatchRequest {
  const { anthropic_version } = entry.target;
  return {
    method: endpoint.method,
    path,
    ...(entry.model === '' ? {} : { model: entry.model }),
    headers: upstreamHeaders(
      request.rawHeaders,
      anthropic_version,
      endpoint,
      trail,
      forwardedNameOf,
    ),
    clientHeaders: request.rawHeaders,
    keyHeader: endpoint.keyHeader,
    body: pieces && { pieces, hold: () => heldBody.hold() },
  };
}
