import { evidenceRouteOf, isProvingRoute } from '@api-monitor/core';
import type { DispatchRequest } from '@api-monitor/upstream';
import type { BoardModel, BoardTargetKey } from '../../board/board.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import type { Endpoint } from '../../request/match-route.ts';
import type { Choice } from '../../request/resolve-candidates.ts';
import { answerLimitOf } from '../answer-limit.ts';
import { AnswerPipe, type MovesOn } from '../answer-pipe.ts';
import type { Forwarding, SentRequest } from '../forwarding.ts';
import type { HeaderNames } from '../header-names.ts';
import { upstreamHeaders } from '../request-headers.ts';
import {
  type AttemptEnd,
  answered,
  attemptRecord,
  findingOf,
  isLoop,
  nothingShown,
} from './attempt-end.ts';

interface Attempt {
  choice: Choice;
  key: BoardTargetKey;
  sent: SentRequest;
  /** What `x-proxy-attempts` says: 1 for the first. */
  number: number;
  movesOn: MovesOn;
}

/** Makes one attempt; what it shows is known at once to all requests that follow. */
export async function makeAttempt(deps: GatewayDeps, given: Forwarding, one: Attempt) {
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
      hidesUsage: sent.hidesUsage === true,
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
