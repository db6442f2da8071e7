import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Trail } from '@api-monitor/core';
import type { WebSocket } from 'ws';
import { type BoardKey, isUsable } from '../../board/board.ts';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import type { ClientRequest } from '../../forward/client-response.ts';
import type { GatewayDeps } from '../../gateway-deps.ts';
import {
  addRecord,
  type ForwardRequest,
  handleBody,
  limitError,
  refuse,
} from '../../handle-forward.ts';
import { bodyError } from '../../request/body/body-error.ts';
import { HeldBody } from '../../request/body/held-body.ts';
import type { Endpoint } from '../../request/match-route.ts';
import { ArrivingBytes } from '../arriving-bytes.ts';
import { closeCodes, type OpenSocket } from '../open-sockets.ts';
import type { SeenAnswer } from './answer-events.ts';
import { FrameResponse } from './frame-response.ts';
import { bodyPieces, type History, historyWith, withOutput } from './history.ts';
import type { KeptHistories, KeptHistory } from './kept-histories.ts';
import { KeptResponses } from './kept-responses.ts';
import { newWarmUp, steerRefusal } from './own-events.ts';
import { OwnReplies } from './own-replies.ts';
import { type CreateFrame, type Frame, readFrame } from './read-frame.ts';
import { upgradedRequest } from './upgraded-request.ts';

export interface ResponsesOptions {
  webSocket: WebSocket;
  histories: KeptHistories;
  request: IncomingMessage;
  endpoint: Endpoint;
  keyHash: string;
  trail: Trail;
  query: URLSearchParams | null;
}

interface FrameRequest extends ForwardRequest {
  response: FrameResponse;
}

/** As OpenAI's, which documents it for each connection. */
const longestS = 60 * 60;
/** Clients then open another connection. */
const limitReached: GatewayError = {
  status: 400,
  code: 'websocket_connection_limit_reached',
  message:
    'Responses websocket connection limit reached (60 minutes). Create a new websocket connection to continue.',
};

/** Clients know this code and open another connection. */
const restarting: GatewayError = {
  ...limitReached,
  message: 'the gateway is restarting; create a new websocket connection to continue',
};

interface Ending {
  code: number;
  reason: string;
}

/** Why frames are refused on a connection that is ending. */
function endingError({ code }: Ending): GatewayError {
  return code === closeCodes.restart ? restarting : limitReached;
}

/** How many frames may wait behind the running one. */
const queueLimit = 16;
const pingMs = 30_000;

/**
 * One client's connection for responses: each `response.create` frame is one request, on the same path as a
 * POST, one after the other in the order of their frames.
 */
export class ResponsesConnection implements OpenSocket {
  readonly #deps: GatewayDeps;
  readonly #options: ResponsesOptions;
  readonly #webSocket: WebSocket;
  readonly #request: ClientRequest;
  readonly #replies: OwnReplies;
  readonly #kept: KeptResponses;
  /** Unix seconds. */
  readonly #openedAt: number;
  #queue: Buffer[] = [];
  #running: FrameResponse | null = null;
  #isRunning = false;
  #ending: Ending | null = null;
  #pingedAtMs = performance.now();
  #isAlive = true;
  readonly keyHash: string;

  constructor(deps: GatewayDeps, options: ResponsesOptions) {
    const { webSocket, histories, request, keyHash } = options;
    this.#deps = deps;
    this.#options = options;
    this.#openedAt = deps.nowS();
    this.#webSocket = webSocket;
    this.#replies = new OwnReplies(webSocket, deps.newRequestId);
    this.#request = upgradedRequest(request);
    this.#kept = new KeptResponses(histories, keyHash);
    this.keyHash = keyHash;
    const socket: Duplex = request.socket;
    const arriving = new ArrivingBytes(socket, deps.bodyBudget, () =>
      this.end(closeCodes.tryLater, 'no memory left for request bodies'),
    );
    webSocket.on('message', (data: Buffer, isBinary) => {
      arriving.settle();
      this.#onMessage(data, isBinary);
    });
    for (const event of ['ping', 'pong'] as const) {
      webSocket.on(event, (payload: Buffer) => {
        this.#isAlive = true;
        arriving.passed(payload);
      });
    }
    webSocket.on('ping', (payload: Buffer) => this.#replies.pong(payload));
    // A frame that isn't valid closes the connection with its code.
    webSocket.on('error', () => {});
    webSocket.once('close', () => this.#onClose());
  }

  end(code: number, reason: string): void {
    this.#ending = { code, reason };
    this.#dropQueue();
    this.#running?.leave();
    this.#webSocket.close(code, reason);
  }

  endSoon(code: number, reason: string): void {
    this.#ending ??= { code, reason };
    for (const _frame of this.#queue) this.#replies.sendError(endingError(this.#ending), null);
    this.#dropQueue();
    if (!this.#isRunning) this.end(code, reason);
  }

  tick(nowMs: number): void {
    if (this.#deps.nowS() - this.#openedAt >= longestS) {
      this.endSoon(closeCodes.normal, limitReached.code);
    }
    if (nowMs - this.#pingedAtMs < pingMs) return;
    if (!this.#isAlive) {
      this.#webSocket.terminate();
      return;
    }
    this.#isAlive = false;
    this.#pingedAtMs = nowMs;
    this.#webSocket.ping();
  }

  #onMessage(data: Buffer, isBinary: boolean): void {
    this.#isAlive = true;
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    if (isBinary) this.#replies.sendError(badRequest('frames must be text'), null);
    else if (this.#ending) this.#replies.sendError(endingError(this.#ending), null);
    else if (!this.#mayWait(data)) this.#replies.sendError(tooManyWaiting, null);
    else if (!this.#deps.bodyBudget.take(data.length)) {
      this.#replies.sendError(bodyError('no_room', this.#deps), null);
    } else {
      this.#queue.push(data);
      void this.#run();
    }
  }

  /** Frames that wait may have the bytes of one body together. */
  #mayWait({ length }: Buffer): boolean {
    const waitingBytes = this.#queue.reduce((sum, frame) => sum + frame.length, 0);
    const fits = waitingBytes === 0 || waitingBytes + length <= this.#deps.bodyLimitBytes;
    return fits && this.#queue.length < queueLimit;
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    for (;;) {
      const frame = this.#queue.shift();
      if (!frame) break;
      try {
        await this.#answer(readFrame(frame));
      } catch (err) {
        this.#deps.logger.error({ err }, 'a frame of a WebSocket failed');
        this.#replies.sendError(unexpected, null);
      } finally {
        this.#running = null;
        this.#deps.bodyBudget.give(frame.length);
      }
    }
    this.#isRunning = false;
    if (this.#ending) this.end(this.#ending.code, this.#ending.reason);
  }

  async #answer(frame: Frame): Promise<void> {
    switch (frame.kind) {
      case 'ignored':
        return;
      case 'bad':
        return this.#replies.sendError(frame.error, frame.streamId);
      case 'steer':
        return this.#replies.send(steerRefusal(frame));
      case 'create':
        return this.#create(frame);
    }
  }

  async #create(frame: CreateFrame): Promise<void> {
    const key = this.#deps.board.key(this.keyHash);
    if (!key || !isUsable(key, this.#deps.nowS())) return;
    const continued = frame.previousId === null ? null : this.#kept.find(frame.previousId);
    if (continued === 'forgotten') return this.#replies.sendError(notFound(frame), frame.streamId);
    const request = this.#requestOf(key, frame);
    if (frame.isWarmUp) return this.#warmUp(request, frame, historyAfter(frame, continued));
    const body = this.#bodyOf(
      bodyPieces(frame, historyAfter(frame, continued), continued !== null),
    );
    if ('error' in body) return this.#replies.sendError(body.error, frame.streamId);
    try {
      await this.#forward(request, body.heldBody);
      await request.response.sent();
      this.#keep(frame, continued, request.response.seen);
    } finally {
      request.response.release();
    }
  }

  #keep(frame: CreateFrame, continued: KeptHistory | null, { id, items }: SeenAnswer): void {
    if (id === null || this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const { streamId, isStored } = frame;
    // By now, what it continues may have been dropped.
    const kept = historyAfter(frame, continued);
    this.#kept.keep(streamId, id, kept && withOutput(kept, items, isStored), isStored);
  }

  #warmUp(request: FrameRequest, frame: CreateFrame, history: History | null): void {
    const { keyLimits } = this.#deps;
    const asked = { requestedModel: frame.model, requestBytes: frame.bytes.length };
    const admission = keyLimits.take(request.key, () => 0);
    if (!admission.ok) {
      refuse(this.#deps, request, limitError(admission), asked);
      return;
    }
    admission.settle(0);
    const { id, events } = newWarmUp(frame);
    this.#kept.keep(frame.streamId, id, history, false);
    for (const event of events) this.#replies.send(event);
    const outcome = { status: 200, error: null, forwarded: null, estimatedInput: 0 };
    addRecord(this.#deps, { ...request, ...asked, ...outcome });
  }

  #bodyOf(pieces: readonly Buffer[]): { heldBody: HeldBody } | { error: GatewayError } {
    const { bodyBudget, bodyLimitBytes } = this.#deps;
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (length > bodyLimitBytes) return { error: bodyError('too_large', this.#deps) };
    if (!bodyBudget.take(length)) return { error: bodyError('no_room', this.#deps) };
    return { heldBody: new HeldBody(Buffer.concat(pieces), () => bodyBudget.give(length)) };
  }

  #requestOf(key: BoardKey, { streamId }: CreateFrame): FrameRequest {
    const { newRequestId, nowS, bodyLimitBytes: limitBytes, bodyBudget: budget } = this.#deps;
    const { endpoint, query, trail, webSocket: socket } = this.#options;
    const response = new FrameResponse({ socket, streamId, limitBytes, budget });
    const arrival = {
      requestId: newRequestId(),
      timestamp: nowS(),
      startedAtMs: performance.now(),
    };
    const given = { request: this.#request, response, arrival, endpoint, key, query, trail };
    return { ...given, pathModel: null };
  }

  async #forward(request: FrameRequest, heldBody: HeldBody) {
    this.#running = request.response;
    await handleBody(this.#deps, request, heldBody).finally(() => heldBody.release());
  }

  #dropQueue(): void {
    for (const { length } of this.#queue) this.#deps.bodyBudget.give(length);
    this.#queue = [];
  }

  #onClose(): void {
    this.#dropQueue();
    this.#running?.leave();
    this.#kept.close();
  }
}

/** Null if it isn't known here. */
function historyAfter(frame: CreateFrame, continued: KeptHistory | null): History | null {
  if (continued && !continued.history) return null;
  return historyWith(frame, continued?.history ?? null);
}

function badRequest(message: string): GatewayError {
  return { status: 400, code: 'invalid_request', message };
}

const tooManyWaiting: GatewayError = {
  ...{ status: 429, code: 'rate_limit_exceeded', retryAfterS: 1 },
  message: `at most ${queueLimit} requests may wait on one connection, with the bytes of one body together`,
};

const unexpected: GatewayError = {
  ...{ status: 500, code: 'internal_error', message: 'unexpected error in the gateway' },
};

/** As OpenAI says it: clients then send all of their input again. */
function notFound({ previousId }: CreateFrame): GatewayError {
  const message = `Previous response with id '${previousId}' not found.`;
  return {
    status: 400,
    code: 'previous_response_not_found',
    message,
    param: 'previous_response_id',
  };
}
