import type { ServerResponse } from 'node:http';
import { type AnswerHandler, type AnswerSource, describeFault } from '@api-monitor/upstream';
import type { Endpoint } from '../request/match-route.ts';
import type { Parcel } from '../request/parcel.ts';
import { AnswerBody } from './answer-body.ts';
import { answerHeaders, headerOf, type Truth } from './answer-headers.ts';
import { type AnswerWatch, watchAnswer } from './answer-watch.ts';
import { AttemptTimer, stallTimeoutMsOf } from './attempt-timer.ts';
import { isHeldBackStatus } from './judge-attempt.ts';
import { coverKeyInHeaders } from './key-gate.ts';

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
  truth: Truth;
  /** The channel's: it must not reach the client. */
  apiKey: string;
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
  #source: AnswerSource | null = null;
  #sentAtMs = 0;
  #status = 0;
  #headers: string[] = [];
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

  onHead(status: number, headers: string[]): void {
    this.#status = status;
    this.firstByteAtMs = performance.now();
    const { mayHoldBack, parcel } = this.#options;
    if (mayHoldBack && isHeldBackStatus(status)) {
      this.#holdBack(status);
      return;
    }
    this.#headers = headers;
    this.#watch = watchAnswer(status, headers, this.#options);
    parcel.letGo();
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
    this.#pending = joined(this.#pending, watch?.gate ? watch.gate.pass(chunk) : chunk);
  }

  onRead(): void {
    if (this.#isOver || !this.#watch) return;
    this.#timer.awaitBytes();
    this.#flush();
  }

  onEnd(): void {
    this.#timer.stop();
    if (this.#isOver) return;
    const settling = this.#watch?.end?.settle() ?? null;
    if (!settling) {
      this.#end();
      return;
    }
    this.#flush();
    settling.then(() => {
      if (!this.#isOver) this.#end();
    });
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
    const { response, truth, apiKey } = this.#options;
    if (response.headersSent) return;
    const isError = this.#status >= 400;
    const told = isError ? coverKeyInHeaders(this.#headers, apiKey) : this.#headers;
    // An error event may have to follow: a stream's length is never promised.
    const isStream = this.#watch?.isEventStream ?? false;
    const headers = answerHeaders(told, truth, !isStream);
    const hasBody = this.#status !== 204 && this.#status !== 304;
    if (wholeBytes !== null && hasBody && headerOf(headers, 'content-length') === undefined)
      headers.push('content-length', String(wholeBytes));
    this.#body.begin(this.#status, headers);
    this.#headers = [];
  }

  #end(): void {
    const { response } = this.#options;
    const { end, gate = null } = this.#watch ?? {};
    if (end && !end.hasEnded()) {
      this.#fail({ kind: 'network', message: 'the stream stopped before its end', isStale: false });
      return;
    }
    const bytes = joined(this.#pending, gate?.rest() ?? null);
    if (!response.destroyed) this.#sendHead(bytes?.length ?? 0);
    this.#finish({ kind: 'whole', status: this.#status, streamError: this.#streamError() });
    this.endAnswer(bytes);
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
    if (!this.#watch) {
      this.#finish({ kind: 'retriable', status: null, fault });
      return;
    }
    // What came before the break still goes out, before the error that follows it.
    const { response } = this.#options;
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
    this.#watch?.end?.close();
    response.off('close', this.#onClientClose);
    onEnd(end, this);
  }
}

function joined(first: Buffer | null, second: Buffer | null): Buffer | null {
  if (!first) return second;
  return second ? Buffer.concat([first, second]) : first;
}
