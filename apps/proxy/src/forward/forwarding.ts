import type { BodyError, Judgement, ProxyAttempt, Trail } from '@api-monitor/core';
import type { BoardKey, BoardModel, BoardTargetKey } from '../board/board.ts';
import type { Issuer } from '../board/state-issuers.ts';
import type { GatewayError } from '../dialects/gateway-error.ts';
import type { HeldBody } from '../request/body/held-body.ts';
import type { Endpoint } from '../request/match-route.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import type { AnswerPipe } from './answer-pipe.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { ClientRequest } from './client-response.ts';

/** `path`: with its query. `pieces`: the body's; null without one. */
export interface SentRequest {
  path: string;
  pieces: Buffer[] | null;
  /** The gateway asked for the usage of a chat stream, which the client doesn't expect. */
  hidesUsage?: boolean;
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
