import type { ServerResponse } from 'node:http';
import { redirectMessage, type UpstreamTarget } from '@api-monitor/core';
import {
  type AnswerHandler,
  type AnswerSource,
  describeFault,
  headerOf,
} from '@api-monitor/upstream';
import type { Endpoint } from '../request/match-route.ts';
import type { Parcel } from '../request/parcel.ts';
import { AnswerBody } from './answer-body.ts';
import { answerHeaders, type RoutingInfo } from './answer-headers.ts';
import { type AnswerWatch, watchAnswer } from './answer-watch.ts';
import { AttemptTimer, stallTimeoutMsOf } from './attempt-timer.ts';
import { isHeldBackStatus } from './judge-attempt.ts';
import { KeyCover } from './key-cover.ts';

/** How one attempt ended. */
export type AttemptEnd =
  | { kind: 'whole'; status: number; streamError: StreamError | null }
  /** Nothing has reached the client yet: another channel may be tried. */
  | { kind: 'retriable'; status: number | null; fault: AttemptFault }
  /** Midway: the client has had the start. */
  | { kind: 'broken'; status: number; fault: AttemptFault }
  | { kind: 'client_left' };

/** Whose fault an error within a stream is. */
export type StreamError = 'client' | 'upstream';

export interface AttemptFault {
  kind: 'network' | 'timeout' | 'tls' | 'upstream';
  message: string;
  /** The request never left: the kept connection had been closed. */
  isStale: boolean;
}

export interface PipeOptions {
  response: ServerResponse;
  endpoint: Endpoint;
  /** Let go when an answer goes to the client: no other attempt will follow. */
  parcel: Parcel;
  routing: RoutingInfo;
  /** Whose key no client gets to see. */
  channel: UpstreamTarget;
  /** Another attempt may follow: an answer that says so is held back for it. */
  mayHoldBack: boolean;
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
  onEnd: (end: AttemptEnd, pipe: AnswerPipe) => void;
}

const unreadLimitBytes = 64 * 1024;
/** A kept connection that had been closed shows it at once; later the request may have been worked on. */
const staleWindowMs = 1_000;

/**
 * One attempt's answer on its way to the client: bytes as they come, headers at once, one write per
 * read of the upstream, and as slow as the client reads.
 */
export class AnswerPipe implements AnswerHandler {
  readonly #options: PipeOptions;
  readonly #timer: AttemptTimer;
  readonly #body: AnswerBody;
  readonly #keyCover: KeyCover;
  #source: AnswerSource | null = null;
  #sentAtMs = 0;
  #status = 0;
  #headers: string[] = [];
  /** As the connection counts it; null if only the end will tell. */
  #bodyLength: number | null = null;
  #watch: AnswerWatch | null = null;
  /** What one read brought, until it goes out. */
  #pending: Buffer | null = null;
  #unread = 0;
  #isOver = false;
  /** By the clock of `performance.now()`. */
  firstByteAtMs: number | null = null;
  responseBytes = 0;

  constructor(options: PipeOptions) {
    this.#options = options;
    this.#timer = new AttemptTimer(options, this);
    this.#body = new AnswerBody(options.response);
    this.#keyCover = new KeyCover(options.channel);
    options.response.on('close', this.#onClientClose);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What was seen of the answer; null where none began. */
  get watch(): AnswerWatch | null {
    return this.#watch;
  }

  onSent(source: AnswerSource): void {
    this.#source = source;
    this.#sentAtMs = performance.now();
  }

  onHead(status: number, headers: string[], bodyLength: number | null): void {
    this.#status = status;
    this.firstByteAtMs = performance.now();
    const { mayHoldBack, endpoint } = this.#options;
    if (status >= 300 && status < 400) {
      this.#refuseRedirect(headerOf(headers, 'location'));
      return;
    }
    if (mayHoldBack && isHeldBackStatus(status)) {
      this.#holdBack(status);
      return;
    }
    this.#headers = headers;
    this.#bodyLength = bodyLength;
    this.#watch = watchAnswer(status, headers, endpoint);
  }

  onBytes(bytes: Buffer): void {
    if (this.#isOver) {
      this.#unread += bytes.length;
      if (this.#unread > unreadLimitBytes) this.#source?.abort(this);
      return;
    }
    const chunk = Buffer.from(bytes);
    const watch = this.#watch;
    this.responseBytes += chunk.length;
    watch?.usage.take(chunk);
    watch?.end?.take(chunk);
    this.#pending = joined(this.#pending, this.#gated(this.#keyCover.pass(chunk)));
  }

  onRead(): void {
    if (this.#isOver || !this.#watch) return;
    this.#timer.awaitBytes();
    this.#flush();
  }

  onEnd(): void {
    this.#timer.stop();
    if (this.#isOver) return;
    const { end } = this.#watch ?? {};
    if (end && !end.hasEnded()) {
      this.#fail({ kind: 'network', message: 'the stream stopped before its end', isStale: false });
      return;
    }
    const rest = joined(this.#gated(this.#keyCover.rest()), this.#watch?.gate?.rest() ?? null);
    const bytes = joined(this.#pending, rest);
    if (!this.#options.response.destroyed) this.#sendHead(bytes?.length ?? 0);
    this.#finish({ kind: 'whole', status: this.#status, streamError: this.#streamError() });
    this.endAnswer(bytes);
  }

  onFault(error: Error, isStale: boolean): void {
    this.#timer.stop();
    if (this.#isOver) return;
    const isEarly = performance.now() - this.#sentAtMs < staleWindowMs;
    this.#fail({ ...describeFault(error), isStale: isStale && isEarly });
  }

  /** The last that the client gets, where anything is left to be said. */
  endAnswer(bytes: Buffer | null): void {
    this.#body.endInTime(bytes, stallTimeoutMsOf(this.#options.idleTimeoutMs));
  }

  onSilence(): void {
    this.#source?.abort(this);
    const { firstByteTimeoutMs, idleTimeoutMs } = this.#options;
    const message =
      this.#status === 0
        ? `no first byte within ${firstByteTimeoutMs / 1000} s`
        : `nothing came for ${idleTimeoutMs / 1000} s`;
    this.#fail({ kind: 'timeout', message, isStale: false });
  }

  onStall(): void {
    this.#options.response.destroy();
  }

  onLongRest(): void {
    this.#source?.abort(this);
  }

  /**
   * The next attempt may start at once. What this one still sends is read and dropped, so that the
   * connection is kept; up to a bound, for an error needs neither long nor much.
   */
  #holdBack(status: number): void {
    const fault = { kind: 'upstream', message: `HTTP ${status}`, isStale: false } as const;
    this.#finish({ kind: 'retriable', status, fault });
    this.#timer.awaitRest();
  }

  /**
   * A client that follows a redirect sends its gateway key and its prompt to wherever the channel points,
   * so none gets one: another channel is tried, or the client is told with a 502.
   */
  #refuseRedirect(location: string | undefined): void {
    this.#source?.abort(this);
    const reason = redirectMessage(location) ?? 'no answer to a POST';
    const message = this.#keyCover.inText(`HTTP ${this.#status}: ${reason}`);
    this.#fail({ kind: 'upstream', message, isStale: false });
  }

  #gated(bytes: Buffer | null): Buffer | null {
    const gate = this.#watch?.gate;
    return gate && bytes ? gate.pass(bytes) : bytes;
  }

  #flush(): void {
    const { response } = this.#options;
    if (response.destroyed) return;
    const bytes = this.#pending;
    this.#pending = null;
    this.#sendHead(null);
    if (!bytes) response.flushHeaders();
    else if (!this.#body.write(bytes)) this.#pause();
  }

  /** `wholeBytes`: how long an answer is that is there as a whole; null where more may come. */
  #sendHead(wholeBytes: number | null): void {
    const { response, routing, parcel } = this.#options;
    if (response.headersSent) return;
    parcel.letGo();
    const headers = answerHeaders(this.#headers, routing, this.#keyCover);
    // An error event may have to follow: a stream's length is never promised.
    const promised = this.#watch?.isEventStream ? null : this.#bodyLength;
    const length = wholeBytes ?? promised;
    if (length !== null && this.#status !== 204) headers.push('content-length', String(length));
    this.#body.begin(this.#status, headers);
    this.#headers = [];
  }

  #streamError(): StreamError | null {
    const end = this.#watch?.end;
    if (!end?.hasError()) return null;
    return end.isClientsError() ? 'client' : 'upstream';
  }

  #pause(): void {
    this.#source?.pause(this);
    this.#timer.awaitReader();
    this.#options.response.once('drain', this.#onDrain);
  }

  #onDrain = (): void => {
    if (this.#isOver) return;
    this.#timer.awaitBytes();
    this.#source?.resume(this);
  };

  #onClientClose = (): void => {
    if (this.#isOver) return;
    this.#source?.abort(this);
    this.#finish({ kind: 'client_left' });
  };

  #fail(fault: AttemptFault): void {
    const { response } = this.#options;
    if (!this.#watch || !(response.headersSent || this.#watch.isEventStream)) {
      this.#finish({ kind: 'retriable', status: null, fault });
      return;
    }
    // What came before the break still goes out, before the error that follows it.
    if (!response.destroyed) {
      this.#sendHead(null);
      if (this.#pending) this.#body.write(this.#pending);
    }
    this.#finish({ kind: 'broken', status: this.#status, fault });
  }

  #finish(end: AttemptEnd): void {
    this.#isOver = true;
    this.#timer.stop();
    const { response, onEnd } = this.#options;
    this.#pending = null;
    response.off('close', this.#onClientClose);
    onEnd(end, this);
  }
}

function joined(first: Buffer | null, second: Buffer | null): Buffer | null {
  if (!first) return second;
  return second ? Buffer.concat([first, second]) : first;
}
