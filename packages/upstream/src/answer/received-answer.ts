import type { Dispatcher } from 'undici';
import type { BytesReadBefore } from '../connect/target-connections.ts';
import {
  type AnswerHandler,
  type AnswerHeaders,
  type AnswerSource,
  headerOf,
} from './answer-handler.ts';
import { AnswerFault, codeOf } from './describe-fault.ts';

const givenUp = new Error('the request was given up');
/**
 * A connection that was already closed fails within this time; later the server may have worked on the
 * request.
 */
const staleWindowMs = 1_000;

interface Sending {
  bytesReadBefore: BytesReadBefore;
  /** Sends the same request on a new connection. */
  sendAgain: (handler: Dispatcher.DispatchHandler) => void;
  /** undici has closed the connection, or is done with it. */
  onOver: () => void;
}

/**
 * Passes an answer from undici on to a handler. It drops interim answers, rejects invalid framing that
 * undici accepts, and is silent after an abort. If the server had closed the kept connection, the request
 * is sent once more.
 */
export class ReceivedAnswer implements Dispatcher.DispatchHandler, AnswerSource {
  readonly #handler: AnswerHandler;
  readonly #sending: Sending;
  #wasSentAgain = false;
  #controller: Dispatcher.DispatchController | null = null;
  #sentAtMs = 0;
  #hasBegun = false;
  #hasHead = false;
  #isOver = false;

  constructor(handler: AnswerHandler, sending: Sending) {
    this.#handler = handler;
    this.#sending = sending;
  }

  pause(): void {
    if (!this.#isOver) this.#controller?.pause();
  }

  resume(): void {
    if (!this.#isOver) this.#controller?.resume();
  }

  abort(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#controller?.abort(givenUp);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown rather than aborted: undici then keeps the connection for the next request.
    if (this.#isOver) throw givenUp;
    this.#controller = controller;
    this.#sentAtMs = performance.now();
  }

  onResponseStarted(): void {
    this.#hasBegun = true;
  }

  onResponseStart(_: unknown, status: number, headers: AnswerHeaders): void {
    if (this.#isOver || (status < 200 && status !== 101)) return;
    if (status === 101 || isMisframed(status, headers)) {
      this.abort();
      this.#handler.onFault(new AnswerFault('INVALID_ANSWER'));
      return;
    }
    this.#hasHead = true;
    this.#handler.onHead(status, headers);
    // Never has a body (RFC 9110, 15.3.6), but undici would wait for one.
    if (status === 205 && !this.#isOver) {
      this.abort();
      this.#handler.onEnd();
    }
  }

  onResponseData(_: unknown, bytes: Buffer): void {
    if (!this.#isOver) this.#handler.onBytes(bytes);
  }

  onResponseEnd(): void {
    this.#sending.onOver();
    if (this.#isOver) return;
    this.#isOver = true;
    this.#handler.onEnd();
  }

  onResponseError(_: unknown, error: Error): void {
    this.#sending.onOver();
    if (this.#isOver) return;
    if (!this.#wasSentAgain && this.#wasStale(error)) {
      this.#wasSentAgain = true;
      this.#sending.sendAgain(this);
      return;
    }
    this.#isOver = true;
    // undici reports this for any head that it can't parse after a content-length.
    const isHeadBroken = !this.#hasHead && codeOf(error) === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH';
    this.#handler.onFault(isHeadBroken ? new AnswerFault('INVALID_ANSWER') : error);
  }

  /** The server had closed the connection after an earlier answer, before this request reached it. */
  #wasStale(error: Error): boolean {
    const isClosed = ['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE'].includes(codeOf(error));
    if (!isClosed || this.#hasBegun || this.#sending.bytesReadBefore(error) === 0) return false;
    return performance.now() - this.#sentAtMs < staleWindowMs;
  }
}

/**
 * Two readers must not see two different ends of one answer (RFC 9112, 6.3 and 11.1): only plain chunks
 * were asked for, and 204, 205 and 304 have no body (RFC 9110, 15.3.5, 15.3.6, 15.4.5).
 */
function isMisframed(status: number, headers: AnswerHeaders): boolean {
  const coding = headers['transfer-encoding'];
  const isChunked = coding !== undefined;
  if (isChunked && String(coding).trim().toLowerCase() !== 'chunked') return true;
  const isBodiless = status === 204 || status === 205 || status === 304;
  return isBodiless && (isChunked || Number(headerOf(headers, 'content-length') ?? 0) > 0);
}
