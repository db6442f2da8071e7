import {
  evidenceRouteOf,
  type Finding,
  isProvingRoute,
  type Judgement,
  noUsage,
  type ProxyAttempt,
  type TokenUsage,
} from '@api-monitor/core';
import type { BoardModel, BoardTargetKey } from '../../board/board.ts';
import type { Endpoint } from '../../request/match-route.ts';

/** How one attempt ended, and what its answer shows about the model. */
export interface AttemptEnd {
  /**
   * - `whole`: the answer has passed completely, whatever it says.
   * - `retriable`: nothing has reached the client yet, so another target may be tried.
   * - `unpassed`: an error that is the client's to see, but that can't be passed as it came, because the head
   *   of a stream has gone out.
   * - `broken`: the client has received the start, and the rest won't come.
   */
  kind: 'whole' | 'retriable' | 'unpassed' | 'broken' | 'client_left';
  /** Null if no answer came. */
  status: number | null;
  judgement: Judgement;
  /** From the sending to the first real token of a stream, in seconds. */
  firstTokenS: number | null;
  /** Whether a stream said that it is complete; null if it isn't a stream, or hasn't come to its end. */
  saidEnd: boolean | null;
  /** No real token has come in time. */
  isSilent: boolean;
  /** No connection came about. */
  isUnreached: boolean;
  /** What the channel asks for. */
  retryAfterS: number | null;
}

/** An answer that shows nothing: the client left, or the request was at fault. */
export const nothingShown: Judgement = {
  ...{ outcome: 'none', kind: null, scope: 'route', message: null, may_another_serve: false },
};

/** A real answer, or its start. */
export const answered: Judgement = { ...nothingShown, outcome: 'success' };

/** A monitor's answer to a request that it has already forwarded (RFC 5842, 7.2). */
export const loopStatus = 508;

/** Whether the target led the request back to a monitor that had already forwarded it. */
export function isLoop({ status }: Pick<AttemptEnd, 'status'>): boolean {
  return status === loopStatus;
}

/** When an attempt began and ended, in Unix seconds. */
export interface AttemptTimes {
  beganAt: number;
  endedAt: number;
}

/** What an attempt shows about its model; a side endpoint shows nothing. */
export function findingOf(
  { route }: Endpoint,
  end: Omit<AttemptEnd, 'isSilent'>,
  { beganAt, endedAt }: AttemptTimes,
  key: Pick<BoardTargetKey, 'hash'>,
): Finding {
  const { status, judgement, firstTokenS, retryAfterS, saidEnd, isUnreached } = end;
  const { outcome, kind, scope, message } = isProvingRoute(route) ? judgement : nothingShown;
  const finding: Finding = {
    outcome,
    kind,
    scope,
    message,
    route: evidenceRouteOf(route),
    by: 'traffic',
    began_at: beganAt,
    at: endedAt,
    first_token_s: firstTokenS,
    is_wrong_answer: null,
    retry_after_s: retryAfterS,
  };
  if (status !== null) finding.status = status;
  if (key.hash !== undefined) finding.key = key.hash;
  // That it lacks its end only a probe can find, because a client's stream may have been cut short.
  if (saidEnd) finding.lacks_end = false;
  if (isUnreached && outcome === 'failure') finding.is_unreached = true;
  return finding;
}

/**
 * The record of an attempt. A mistake of the client's isn't quoted, because it may be about content.
 * `lost`: the tokens of an answer that the client didn't get.
 */
export function attemptRecord(
  { target, model }: BoardModel,
  { kind: endKind, status, judgement }: AttemptEnd,
  finding: Finding,
  key: BoardTargetKey,
  lost: TokenUsage = noUsage,
): ProxyAttempt {
  const { kind, message } = judgement;
  const { outcome, scope, first_token_s, retry_after_s, began_at, at, lacks_end } = finding;
  const isFault = judgement.outcome !== 'success' && judgement.outcome !== 'none';
  const isClientError = judgement.outcome === 'none' && endKind === 'whole' && isGood(status);
  const shown: NonNullable<ProxyAttempt['finding']> = {
    outcome,
    kind: finding.kind,
    scope,
    first_token_s,
    retry_after_s,
    began_at,
    at,
  };
  if (lacks_end !== undefined) shown.lacks_end = lacks_end;
  if (finding.is_unreached) shown.is_unreached = true;
  const record: ProxyAttempt = {
    target_id: target.id,
    target_name: target.name,
    model,
    status: endKind === 'client_left' ? null : status,
    error: isFault ? message : null,
    error_kind: isFault ? kind : null,
    duration_s: Math.round((at - began_at) * 1000) / 1000,
    is_live_failure: outcome === 'failure',
    finding: shown,
  };
  if (key.hash !== undefined) {
    record.target_key = key.hash;
    record.target_key_name = key.name;
  }
  if (isClientError) record.is_client_error = true;
  if (lost.inputTokens !== null) record.lost_input_tokens = lost.inputTokens;
  if (lost.outputTokens !== null) record.lost_output_tokens = lost.outputTokens;
  return record;
}

function isGood(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}
