import type { ServerResponse } from 'node:http';
import { describeFault } from '@api-monitor/upstream';
import type { Dispatcher } from 'undici';
import { answerHeaders, type Truth } from './answer-headers.ts';
import { type AttemptTimer, createAttemptTimer, stallTimeoutMsOf } from './attempt-timer.ts';
import { endInTime } from './end-in-time.ts';
import { createEventGate, type Gate } from './event-gate.ts';
import { coverKeyInHeaders, createKeyGate } from './key-gate.ts';
import { type EndWatch, openEndWatch } from './open-end-watch.ts';
import { createUsageReader, type UsageReader } from './read-usage.ts';
import type { StreamEndWatch } from './stream-end.ts';

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
  truth: Truth;
  /** The channel's: it must not reach the client. */
  apiKey: string;
  /** Whether an answer of this status is to be held back for another attempt. */
  isHeldBack: (status: number) => boolean;
  /** The answer goes to the client: no other attempt will follow. */
  onBegin: () => void;
  /** Made once the answer turns out to be an event stream. */
  watchEnd: () => StreamEndWatch | null;
  isStale: (error: Error) => boolean;
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
  onEnd: (end: AttemptEnd) => void;
}

type Headers = Record<string, string | string[] | undefined>;

const clientLeft = new Error('the client left');
const timedOut = new Error('timed out');
const unreadLimitBytes = 64 * 1024;
/** A kept connection that had been closed shows it at once; later the request may have been worked on. */
const staleWindowMs = 1_000;

/**
 * One attempt's answer on its way to the client: bytes as they come, headers at once, one write per
 * read of the upstream, and as slow as the client reads. It keeps nothing.
 */
export class AnswerPipe implements Dispatcher.DispatchHandler {
  readonly #options: PipeOptions;
  #controller: Dispatcher.DispatchController | null = null;
  #sentAtMs = 0;
  readonly #timer: AttemptTimer;
  #status = 0;
  #pending: Buffer[] = [];
  #isFlushPlanned = false;
  #unread = 0;
  #hasBegun = false;
  #hasUpstreamEnded = false;
  #isOver = false;
  #endWatch: EndWatch | null = null;
  #gate: Gate | null = null;
  #isEventStream = false;
  #isPlain = true;
  usage: UsageReader | null = null;
  /** By the clock of `performance.now()`. */
  firstByteAtMs: number | null = null;
  responseBytes = 0;

  constructor(options: PipeOptions) {
    this.#options = options;
    this.#timer = createAttemptTimer({
      ...options,
      onSilence: this.#onTimeout,
      onStall: () => options.response.destroy(),
    });
    options.response.on('close', this.#onClientClose);
    options.response.on('drain', this.#onDrain);
  }

  /** Whether the client was told that an event stream comes. */
  get isEventStream(): boolean {
    return this.#isEventStream;
  }

  /** Whether an error may follow what the client has had: it can in a stream that anyone can read. */
  get canTellError(): boolean {
    return this.#isEventStream && this.#isPlain;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#sentAtMs = performance.now();
    if (this.#isOver) controller.abort(clientLeft);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Headers,
  ): void {
    // 1xx: the answer itself is still to come.
    if (status < 200 || this.#isOver) return;
    this.#status = status;
    this.firstByteAtMs = performance.now();
    if (this.#options.isHeldBack(status)) {
      this.#holdBack(controller, status);
      return;
    }
    this.#timer.awaitBytes();
    this.#begin(status, headers);
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver) {
      this.#unread += chunk.length;
      if (this.#unread > unreadLimitBytes) controller.abort(clientLeft);
      return;
    }
    this.#timer.bytesCame();
    this.responseBytes += chunk.length;
    this.usage?.take(chunk);
    this.#endWatch?.take(chunk);
    const ready = this.#gate ? this.#gate.pass(chunk) : chunk;
    if (!ready) return;
    this.#pending.push(ready);
    this.#planFlush();
  }

  onResponseEnd(): void {
    this.#timer.stop();
    if (this.#isOver) return;
    const settling = this.#endWatch?.settle() ?? null;
    if (settling) settling.then(this.#end);
    else this.#end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#timer.stop();
    if (this.#isOver) return;
    if (error === clientLeft) {
      this.#finish({ kind: 'client_left' });
      return;
    }
    const { kind, message } = error === timedOut ? this.#timeoutFault() : describeFault(error);
    if (this.#hasBegun) {
      this.#break(message, kind);
      return;
    }
    const isEarly = performance.now() - this.#sentAtMs < staleWindowMs;
    const isStale = error !== timedOut && isEarly && this.#options.isStale(error);
    this.#finish({ kind: 'retriable', status: null, fault: { kind, message, isStale } });
  }

  /**
   * The next attempt may start at once. What this one still sends is read and dropped, so that the
   * connection is kept; up to a bound, for an error needs neither long nor much.
   */
  #holdBack(controller: Dispatcher.DispatchController, status: number): void {
    const fault = { kind: 'upstream', message: `HTTP ${status}`, isStale: false } as const;
    this.#finish({ kind: 'retriable', status, fault });
    this.#timer.awaitRest(() => controller.abort(clientLeft));
  }

  #end = (): void => {
    if (this.#isOver) return;
    if (this.#endWatch && !this.#endWatch.hasEnded()) {
      this.#break('the stream stopped before its end', 'network');
    } else {
      const rest = this.#gate?.rest();
      if (rest) this.#pending.push(rest);
      this.#hasUpstreamEnded = true;
      this.#planFlush();
    }
  };

  #begin(status: number, headers: Headers): void {
    const { response, truth, watchEnd, onBegin, apiKey } = this.#options;
    this.#hasBegun = true;
    onBegin();
    this.#isEventStream = String(headers['content-type'] ?? '').includes('event-stream');
    const encoding = headers['content-encoding']?.toString();
    this.#isPlain = encoding === undefined || encoding === 'identity';
    this.usage = createUsageReader(encoding);
    const watch = this.#isEventStream && status < 300 ? watchEnd() : null;
    this.#endWatch = watch && openEndWatch(watch, encoding);
    const isError = status >= 400;
    if (isError && this.#isPlain) this.#gate = createKeyGate(apiKey);
    else if (this.canTellError) this.#gate = createEventGate();
    // An error event may have to follow: a stream's length is never promised.
    if (this.#isEventStream) delete headers['content-length'];
    const told = isError ? coverKeyInHeaders(headers, apiKey) : headers;
    response.writeHead(status, answerHeaders(told, truth));
    this.#planFlush();
  }

  /** The next tick comes before the next read: all of one read goes out in one write. */
  #planFlush(): void {
    if (this.#isFlushPlanned) return;
    this.#isFlushPlanned = true;
    process.nextTick(this.#flush);
  }

  #flush = (): void => {
    this.#isFlushPlanned = false;
    const { response } = this.#options;
    if (this.#isOver || response.destroyed) return;
    const [first] = this.#pending;
    const bytes = this.#pending.length > 1 ? Buffer.concat(this.#pending) : first;
    this.#pending = [];
    if (this.#hasUpstreamEnded) {
      this.#finish({ kind: 'whole', status: this.#status, streamError: this.#streamError() });
      endInTime(response, bytes ?? '', stallTimeoutMsOf(this.#options.idleTimeoutMs));
    } else if (!bytes) response.flushHeaders();
    else if (!response.write(bytes)) this.#pause();
  };

  #streamError(): StreamError | null {
    if (!this.#endWatch?.hasError()) return null;
    return this.#endWatch.isClientsError() ? 'client' : 'upstream';
  }

  #pause(): void {
    this.#controller?.pause();
    this.#timer.awaitReader();
  }

  #onDrain = (): void => {
    if (this.#isOver) return;
    this.#timer.awaitBytes();
    this.#controller?.resume();
  };

  #onClientClose = (): void => {
    if (this.#isOver) return;
    this.#controller?.abort(clientLeft);
    this.#finish({ kind: 'client_left' });
  };

  #onTimeout = (): void => {
    if (this.#controller) this.#controller.abort(timedOut);
    // Not even a connection came: when one does, the attempt is found to be over.
    else
      this.#finish({
        kind: 'retriable',
        status: null,
        fault: { ...this.#timeoutFault(), isStale: false },
      });
  };

  #break(message: string, kind: AttemptFault['kind']): void {
    const held = this.#pending;
    this.#pending = [];
    // What came before the break still goes out, before the error that follows it.
    if (held.length > 0) this.#options.response.write(Buffer.concat(held));
    const fault = { kind, message, isStale: false };
    this.#finish({ kind: 'broken', status: this.#status, fault });
  }

  #timeoutFault(): { kind: 'timeout'; message: string } {
    const { firstByteTimeoutMs, idleTimeoutMs } = this.#options;
    return this.#status === 0
      ? { kind: 'timeout', message: `no first byte within ${firstByteTimeoutMs / 1000} s` }
      : { kind: 'timeout', message: `nothing came for ${idleTimeoutMs / 1000} s` };
  }

  #finish(end: AttemptEnd): void {
    this.#isOver = true;
    this.#timer.stop();
    const { response, onEnd } = this.#options;
    this.#endWatch?.close();
    response.off('close', this.#onClientClose);
    response.off('drain', this.#onDrain);
    onEnd(end);
  }
}
