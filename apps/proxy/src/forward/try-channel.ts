import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Trail } from '@api-monitor/core';
import type { DispatchRequest } from '@api-monitor/upstream';
import type { BoardModel } from '../board/board.ts';
import type { GatewayDeps } from '../gateway-deps.ts';
import { type FoundModel, spliceModel } from '../request/find-model.ts';
import type { Endpoint } from '../request/match-route.ts';
import type { Parcel } from '../request/parcel.ts';
import { renameInnerModels } from '../request/rename-inner-models.ts';
import type { Choice } from '../request/resolve-candidates.ts';
import { AnswerPipe, type AttemptEnd } from './answer-pipe.ts';
import { upstreamHeaders } from './request-headers.ts';

/** A request that is to go up: everything about it that is known by now. */
export interface Forwarding {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  endpoint: Endpoint;
  /** Let go once an answer has begun. */
  parcel: Parcel;
  /** null where the path names the model. */
  found: FoundModel | null;
  /** As the client named it. */
  askedModel: string;
  /** Whether the client asked for an answer that comes as it is made. */
  isStream: boolean;
  /** What goes up of the query, with its question mark. */
  query: string;
  choices: readonly Choice[];
  /** The way that it came. */
  trail: Trail;
}

export interface Try {
  choice: Choice;
  /** What `x-proxy-attempts` says: 1 for the first channel. */
  number: number;
  isLast: boolean;
}

export interface Tried {
  end: AttemptEnd;
  pipe: AnswerPipe;
}

/** One try at a channel, and a second one where the kept connection turned out to be closed. */
export async function tryChannel(deps: GatewayDeps, given: Forwarding, one: Try): Promise<Tried> {
  const tried = await send(deps, given, one, false);
  const isStale = tried.end.kind === 'retriable' && tried.end.fault.isStale;
  return isStale ? send(deps, given, one, true) : tried;
}

function send(
  { dispatch, idleTimeoutMs }: GatewayDeps,
  given: Forwarding,
  { choice, number, isLast }: Try,
  isFresh: boolean,
): Promise<Tried> {
  const { entry, proofAgeS } = choice;
  const { target, model } = entry;
  const { response, requestId, endpoint, parcel } = given;
  return new Promise((resolve) => {
    const pipe = new AnswerPipe({
      response,
      endpoint,
      parcel,
      routing: { requestId, targetId: target.id, model, attempts: number, proofAgeS },
      channel: target.channel,
      mayHoldBack: !isLast,
      firstByteTimeoutMs: firstByteTimeoutMsOf(given, entry, idleTimeoutMs),
      idleTimeoutMs,
      onEnd: (end, ended) => resolve({ end, pipe: ended }),
    });
    dispatch.post(target.channel, upstreamRequest(given, entry), pipe, isFresh);
  });
}

/**
 * A stream begins as soon as the model does, in about the time that its probes took. A whole answer
 * begins when all of it is there: its first byte may take as long as the pause within a stream.
 */
function firstByteTimeoutMsOf(
  { isStream }: Forwarding,
  { target, firstByteS }: BoardModel,
  idleTimeoutMs: number,
): number {
  const streamMs = 1000 * Math.max(target.timeoutS, 3 * (firstByteS ?? 0));
  return isStream ? streamMs : Math.max(streamMs, idleTimeoutMs);
}

function upstreamRequest(
  { request, endpoint, parcel, found, askedModel, query, trail }: Forwarding,
  { target, model }: BoardModel,
): DispatchRequest {
  const { body } = parcel;
  const path = found ? endpoint.upstreamPath : pathWithModel(endpoint.upstreamPath, model);
  return {
    path: path + query,
    headers: upstreamHeaders(request.rawHeaders, target.anthropicVersion, endpoint, trail),
    keyHeader: endpoint.keyHeader,
    body: {
      pieces: found ? spliceModel(body, found, model) : renameInnerModels(body, askedModel, model),
      hold: () => parcel.hold(),
    },
  };
}

function pathWithModel(path: string, model: string): string {
  const escaped = model.split('/').map(encodeURIComponent).join('/');
  return path.replace('{model}', () => escaped);
}
