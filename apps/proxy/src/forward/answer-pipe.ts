import type { ServerResponse } from 'node:http';
import { redirectMessage, type UpstreamTarget } from '@api-monitor/core';
import {
  type AnswerHandler,
  type AnswerHeaders,
  type AnswerSource,
  describeFault,
  headerOf,
} from '@api-monitor/upstream';
import type { HeldBody } from '../request/held-body.ts';
import type { Endpoint } from '../request/match-route.ts';
import { answerHeaders, type RoutingInfo } from './answer-headers.ts';
import { AttemptTimer, stallTimeoutMsOf } from './attempt-timer.ts';
import { createEventGate, type Gate } from './event-gate.ts';
import type { HeaderNames } from './header-names.ts';
import {
  type AttemptEnd,
  type AttemptFault,
  isHeldBackStatus,
  type StreamError,
} from './judge-attempt.ts';
import { KeyMask } from './key-mask.ts';
import { createUsageReader, type UsageReader } from './read-usage.ts';
import { type StreamEndWatch, watchStreamEnd } from './stream-end.ts';

export interface PipeOptions {
  response: ServerResponse;
  endpoint: Endpoint;
  /** Released when an answer starts going to the client, because no other attempt will follow. */
  heldBody: HeldBody;
  routing: RoutingInfo;
  isAnswerHeaderPassed: HeaderNames['isAnswerHeaderPassed'];
  /** Its key is masked in everything that goes to the client. */
  target: UpstreamTarget;
  /** Whether another attempt may follow; if so, an error that it could avoid is held back. */
  mayHoldBack: boolean;
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
  /** Sends the request and gives its answer to this pipe. */
  send: (handler: AnswerHandler) => AnswerSource;
  onEnd: (end: AttemptEnd, pipe: AnswerPipe) => void;
}

/** Observes an answer on its way to the client, without changing any bytes. */
interface AnswerWatch {
  /** An error event can then follow what the client has received. */
  isEventStream: boolean;
  usage: UsageReader;
  /** Null if only the connection shows the end. */
  end: StreamEndWatch | null;
  /** Null if bytes are passed on as they arrive. */
  gate: Gate | null;
}

const unreadLimitBytes = 64 * 1024;
const joinedBytes = 16 * 1024;

/**
 * Passes one attempt's answer to the client: bytes as they arrive, a stream's headers at once, one write
 * for each read from the upstream, and no faster than the client reads.
 */
export class AnswerPipe implements AnswerHandler {
  readonly #options: PipeOptions;
  readonly #timer: AttemptTimer;
  readonly #keyMask: KeyMask;
  readonly #source: AnswerSource;
  #status = 0;
  #headers: AnswerHeaders = {};
  #watch: AnswerWatch | null = null;
  /** The bytes of one read, until they are written. */
  #arrived: Buffer[] = [];
  #isFlushDue = false;
  #isPaused = false;
  #unread = 0;
  #isOver = false;
  /** By the clock of `performance.now()`. */
  firstByteAtMs: number | null = null;
  responseBytes = 0;

  constructor(options: PipeOptions) {
    this.#options = options;
    this.#timer = new AttemptTimer(options, this);
    this.#keyMask = new KeyMask(options.target);
    options.response.on('close', this.#onClientClose);
    this.#source = options.send(this);
  }

  /** What was observed of the answer; null if none began. */
  get watch(): AnswerWatch | null {
    return this.#watch;
  }

  onHead(status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.firstByteAtMs = performance.now();
    if (status >= 300 && status < 400) {
      this.#refuseRedirect(headerOf(headers, 'location'));
      return;
    }
    if (this.#options.mayHoldBack && isHeldBackStatus(status)) {
      this.#holdBack(status);
      return;
    }
    this.#headers = headers;
    this.#watch = watchAnswer(status, headers, this.#options.endpoint);
    this.#timer.awaitBytes();
    // The head of a whole answer waits for its first bytes: until then another target may be tried.
    if (this.#watch.isEventStream) this.#flushSoon();
  }

  onBytes(bytes: Buffer): void {
    if (this.#isOver) {
      this.#unread += bytes.length;
      if (this.#unread > unreadLimitBytes) this.#source.abort();
      return;
    }
    this.responseBytes += bytes.length;
    this.#arrived.push(bytes);
    this.#flushSoon();
  }

  onEnd(): void {
    this.#timer.stop();
    if (this.#isOver) return;
    const passed = this.#pass();
    const { end, gate } = this.#watch ?? {};
    if (end && !end.hasEnded()) {
      if (!this.#options.response.destroyed) this.#sendHead(null);
      this.#fail({ kind: 'network', message: 'the stream stopped before its end' }, passed);
      return;
    }
    const rest = joined(this.#gated(this.#keyMask.rest()), gate?.rest() ?? null);
    const bytes = joined(passed, rest);
    if (!this.#options.response.destroyed) this.#sendHead(bytes?.length ?? 0);
    this.#finish({ kind: 'whole', status: this.#status, streamError: this.#streamError() });
    this.endAnswer(bytes);
  }

  onFault(error: Error): void {
    this.#timer.stop();
    if (!this.#isOver) this.#fail(describeFault(error), this.#pass());
  }

  /** Writes the last bytes, if any, and disconnects a client that doesn't read them in time. */
  endAnswer(bytes: Buffer | null): void {
    const { response, idleTimeoutMs } = this.#options;
    // Node writes a short string together with the head, but a buffer separately.
    if (bytes && bytes.length <= joinedBytes) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
    if (response.writableLength === 0) return;
    const timer = setTimeout(() => response.destroy(), stallTimeoutMsOf(idleTimeoutMs));
    response.once('close', () => clearTimeout(timer));
  }

  onSilence(): void {
    this.#source.abort();
    const { firstByteTimeoutMs, idleTimeoutMs } = this.#options;
    const message =
      this.#status === 0
        ? `no first byte within ${firstByteTimeoutMs / 1000} s`
        : `nothing arrived for ${idleTimeoutMs / 1000} s`;
    this.#fail({ kind: 'timeout', message }, this.#pass());
  }

  onStall(): void {
    this.#options.response.destroy();
  }

  onLongRest(): void {
    this.#source.abort();
  }

  /**
   * Lets the next attempt start at once. The rest of this answer is read and dropped, so that the
   * connection can be reused, but only within limits of size and time, because an error is short.
   */
  #holdBack(status: number): void {
    const fault = { kind: 'upstream', message: `HTTP ${status}` } as const;
    this.#finish({ kind: 'retriable', status, fault });
    this.#timer.awaitRest();
  }

  /**
   * A client that follows a redirect would send its gateway key and its prompt to wherever the target
   * points, so it never gets one: another target is tried, or the client gets a 502.
   */
  #refuseRedirect(location: string | undefined): void {
    this.#source.abort();
    const reason = redirectMessage(location) ?? 'not an answer to a POST';
    const message = this.#keyMask.inText(`HTTP ${this.#status}: ${reason}`);
    this.#fail({ kind: 'upstream', message }, null);
  }

  /** Flushes after everything that is available from the upstream's connection has been read. */
  #flushSoon(): void {
    if (this.#isFlushDue) return;
    this.#isFlushDue = true;
    queueMicrotask(this.#flush);
  }

  #flush = (): void => {
    this.#isFlushDue = false;
    if (this.#isOver) return;
    if (!this.#isPaused) this.#timer.awaitBytes();
    const { response } = this.#options;
    const bytes = this.#pass();
    if (response.destroyed) return;
    this.#sendHead(null);
    if (!bytes) response.flushHeaders();
    else if (!response.write(bytes)) this.#pause();
  };

  /** The arrived bytes that may go to the client now. */
  #pass(): Buffer | null {
    const [first, ...others] = this.#arrived;
    if (!first) return null;
    const bytes = others.length === 0 ? first : Buffer.concat(this.#arrived);
    this.#arrived = [];
    this.#watch?.usage.take(bytes);
    this.#watch?.end?.take(bytes);
    return this.#gated(this.#keyMask.pass(bytes));
  }

  #gated(bytes: Buffer | null): Buffer | null {
    const gate = this.#watch?.gate;
    return gate && bytes ? gate.pass(bytes) : bytes;
  }

  /** `wholeBytes`: the length of an answer that has arrived completely; null if more may follow. */
  #sendHead(wholeBytes: number | null): void {
    const { response, routing, heldBody, isAnswerHeaderPassed } = this.#options;
    if (response.headersSent) return;
    heldBody.release();
    const headers = answerHeaders(this.#headers, routing, this.#keyMask, isAnswerHeaderPassed);
    // A stream's length is never promised, because an error event may have to follow.
    const promised = this.#watch?.isEventStream ? undefined : this.#headers['content-length'];
    const length = wholeBytes ?? promised;
    if (length !== undefined && this.#status !== 204)
      headers.push('content-length', String(Number(length)));
    response.writeHead(this.#status, headers);
    this.#headers = {};
  }

  #streamError(): StreamError | null {
    const end = this.#watch?.end;
    if (!end?.hasError()) return null;
    return end.isClientError() ? 'client' : 'upstream';
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#source.pause();
    this.#timer.awaitReader();
    this.#options.response.once('drain', this.#onDrain);
  }

  #onDrain = (): void => {
    if (this.#isOver) return;
    this.#isPaused = false;
    this.#timer.awaitBytes();
    this.#source.resume();
  };

  #onClientClose = (): void => {
    if (this.#isOver) return;
    this.#source.abort();
    this.#finish({ kind: 'client_left' });
  };

  /** `passed`: the bytes from before the break, which are sent before the error. */
  #fail(fault: AttemptFault, passed: Buffer | null): void {
    const { response } = this.#options;
    const hasBegun = response.headersSent || (this.#watch?.isEventStream && this.responseBytes > 0);
    if (!this.#watch || !hasBegun) {
      this.#finish({ kind: 'retriable', status: null, fault });
      return;
    }
    if (!response.destroyed) {
      this.#sendHead(null);
      if (passed) response.write(passed);
    }
    this.#finish({ kind: 'broken', status: this.#status, fault });
  }

  #finish(end: AttemptEnd): void {
    this.#isOver = true;
    this.#timer.stop();
    const { response, onEnd } = this.#options;
    this.#arrived = [];
    response.off('close', this.#onClientClose);
    onEnd(end, this);
  }
}

/** Decides by the answer's head what to observe. */
function watchAnswer(status: number, headers: AnswerHeaders, endpoint: Endpoint): AnswerWatch {
  const isEventStream = headerOf(headers, 'content-type')?.includes('event-stream') ?? false;
  return {
    isEventStream,
    usage: createUsageReader(),
    end: isEventStream && status < 300 ? watchStreamEnd(endpoint) : null,
    gate: isEventStream ? createEventGate() : null,
  };
}

function joined(first: Buffer | null, second: Buffer | null): Buffer | null {
  if (!first) return second;
  return second ? Buffer.concat([first, second]) : first;
}
