import { createEventGate, withoutUsageEvent } from '@api-monitor/protocols';
import type { AnswerHeaders } from '@api-monitor/upstream';
import { errorEvent, type GatewayError } from '../dialects/gateway-error.ts';
import type { HeldBody } from '../request/body/held-body.ts';
import type { Endpoint } from '../request/match-route.ts';
import { sendError } from '../send-error.ts';
import { answerHeaders, harmless, type RoutingInfo, unbuffered } from './answer-headers.ts';
import { stallTimeoutMsOf } from './attempt-timer.ts';
import type { ClientResponse } from './client-response.ts';
import type { HeaderNames } from './header-names.ts';
import { KeepAlive } from './keep-alive.ts';
import type { KeyMask } from './key-mask.ts';
import type { ReadAnswer } from './read-answer.ts';

interface WriterOptions {
  response: ClientResponse;
  requestId: string;
  endpoint: Endpoint;
  /** Whether the client asked for a stream of events, and so can be kept waiting by comments. */
  wantsEvents: boolean;
  /** Released when an answer starts going to the client, because no other attempt will follow. */
  heldBody: HeldBody;
  isAnswerHeaderPassed: HeaderNames['isAnswerHeaderPassed'];
  keepAliveMs: number;
  /** What else of a target's headers the client gets. */
  moreHeaders?: (
    headers: AnswerHeaders,
    from: Pick<RoutingInfo, 'targetId' | 'targetKey'>,
  ) => string[];
  idleTimeoutMs: number;
}

/** An answer that goes to the client. */
export interface PassedAnswer {
  answer: ReadAnswer;
  routing: RoutingInfo;
  keyMask: KeyMask;
  /** Whether its report of tokens is left out. */
  hidesUsage: boolean;
}

const joinedBytes = 16 * 1024;
const unbufferedPair = Object.entries(unbuffered).flat();

/**
 * Writes a request's answer to the client, whichever attempt it comes from: the head with the first bytes,
 * then one write for each call, in whole events if it is an event stream, and no faster than the client
 * reads. A client that waits for events gets a comment whenever nothing else has come for a while.
 */
export class AnswerWriter {
  readonly #options: WriterOptions;
  readonly #keepAlive: KeepAlive;
  readonly #keepAliveTimer: NodeJS.Timeout | null;
  #passed: PassedAnswer | null = null;
  /** Null while it isn't known whether the answer is a stream. */
  #gate: ReturnType<typeof createEventGate> | null = null;
  /** Called when the client leaves. */
  onLeave: (() => void) | null = null;

  constructor(options: WriterOptions) {
    const { response, endpoint, wantsEvents, keepAliveMs } = options;
    this.#options = options;
    this.#keepAlive = new KeepAlive(endpoint.dialect);
    // If the client has already left, no `close` will come to stop the timer.
    const isWaiting = wantsEvents && !response.destroyed;
    this.#keepAliveTimer = isWaiting ? setInterval(this.#keepWaiting, keepAliveMs) : null;
    response.on('close', this.#onClose);
  }

  get hasLeft(): boolean {
    return this.#options.response.destroyed;
  }

  /** An answer goes to the client; comments are none. */
  get hasBegun(): boolean {
    return this.#passed !== null;
  }

  /** The head of an event stream has gone out before any answer, which must be one therefore. */
  get mustBeEvents(): boolean {
    return this.#passed === null && this.#options.response.headersSent;
  }

  /**
   * Writes the head, if it hasn't been, and the next bytes, if any. False if the client has to read before
   * more is written.
   */
  write(passed: PassedAnswer, bytes: Buffer | null): boolean {
    const { response } = this.#options;
    const whole = shown(passed, this.#gated(passed.answer, bytes));
    if (response.destroyed) return true;
    this.#begin(passed, null);
    if (!whole) {
      response.flushHeaders();
      return true;
    }
    this.#keepAliveTimer?.refresh();
    return response.write(this.#keepAlive.continue(whole));
  }

  onceRead(onRead: () => void): void {
    this.#options.response.once('drain', onRead);
  }

  /** Writes the last bytes of an answer that is complete. */
  endWhole(passed: PassedAnswer, bytes: Buffer | null): void {
    const gated = joined(this.#gated(passed.answer, bytes), this.#gate?.rest() ?? null);
    const last = shown(passed, gated);
    const rest = last ? this.#keepAlive.continue(last) : this.#keepAlive.rest();
    if (!this.hasLeft) this.#begin(passed, rest?.length ?? 0);
    this.#end(rest);
  }

  /** Answers with an error of the gateway's, within the stream if one has begun. */
  endInError(error: GatewayError): void {
    const { response, endpoint, requestId } = this.#options;
    if (response.headersSent) {
      const isResponses = endpoint.route === 'responses' || endpoint.route === 'responses-item';
      const text = errorEvent(endpoint.dialect, isResponses, error, requestId);
      this.#end(this.#keepAlive.continue(Buffer.from(text)));
      return;
    }
    this.#stopKeepingAlive();
    sendError(response, endpoint.dialect, error, requestId);
  }

  /**
   * Cuts the answer off. A reset, because over HTTP/1.0, nginx's default, a close marks the end of a complete
   * answer. The socket is the request's, because a pipelined response has none before its turn.
   */
  cutOff(): void {
    this.#stopKeepingAlive();
    this.#options.response.req.socket.resetAndDestroy();
  }

  /** Disconnects a client that doesn't read. */
  disconnect(): void {
    this.#options.response.destroy();
  }

  /** Writes the last bytes, if any, and disconnects a client that doesn't read them in time. */
  #end(bytes: Buffer | null): void {
    this.#stopKeepingAlive();
    const { response, idleTimeoutMs } = this.#options;
    // Node writes a short string together with the head, but a buffer separately.
    if (bytes && bytes.length <= joinedBytes) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
    if (response.writableLength === 0) return;
    const timer = setTimeout(() => response.destroy(), stallTimeoutMsOf(idleTimeoutMs));
    response.once('close', () => clearTimeout(timer));
  }

  #gated(answer: ReadAnswer, bytes: Buffer | null): Buffer | null {
    if (!bytes || !answer.isEventStream) return bytes;
    this.#gate ??= createEventGate();
    return this.#gate.pass(bytes);
  }

  /** `wholeBytes`: the length of an answer that has arrived completely; null if more may follow. */
  #begin(passed: PassedAnswer, wholeBytes: number | null): void {
    if (this.#passed) return;
    this.#passed = passed;
    const { response, heldBody, isAnswerHeaderPassed, moreHeaders } = this.#options;
    heldBody.release();
    if (response.headersSent) return;
    const { answer, routing, keyMask } = passed;
    const upstream = answer.takeHeaders();
    const headers = answerHeaders(upstream, routing, keyMask, isAnswerHeaderPassed);
    if (moreHeaders) headers.push(...moreHeaders(upstream, routing));
    if (answer.isEventStream) headers.push(...unbufferedPair);
    // A stream's length is never promised, because an error event may have to follow.
    const promised = answer.isEventStream ? undefined : upstream['content-length'];
    const length = wholeBytes ?? promised;
    if (length !== undefined && answer.status !== 204)
      headers.push('content-length', String(Number(length)));
    response.writeHead(answer.status, headers);
  }

  /** Only between two events, and not if the client hasn't read what came before. */
  #keepWaiting = (): void => {
    const { response } = this.#options;
    if (response.destroyed || response.writableLength > 0) return;
    const isBetweenEvents = this.#gate?.isBetweenEvents ?? true;
    if (this.#passed && !(this.#passed.answer.isEventStream && isBetweenEvents)) return;
    if (!response.headersSent) response.writeHead(200, this.#earlyHead());
    response.write(this.#keepAlive.next());
  };

  /** Without routing details, because another channel may still serve. */
  #earlyHead(): Record<string, string> {
    const { requestId } = this.#options;
    return {
      'content-type': 'text/event-stream; charset=utf-8',
      ...harmless,
      ...unbuffered,
      'x-request-id': requestId,
      'request-id': requestId,
    };
  }

  #onClose = (): void => {
    this.#stopKeepingAlive();
    this.onLeave?.();
  };

  #stopKeepingAlive(): void {
    if (this.#keepAliveTimer) clearInterval(this.#keepAliveTimer);
  }
}

function shown({ answer, hidesUsage }: PassedAnswer, bytes: Buffer | null): Buffer | null {
  return bytes && hidesUsage && answer.isEventStream ? withoutUsageEvent(bytes) : bytes;
}

export function joined(first: Buffer | null, second: Buffer | null): Buffer | null {
  if (!first) return second;
  return second ? Buffer.concat([first, second]) : first;
}
