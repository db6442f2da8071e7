import { createEventGate } from '@api-monitor/protocols';
import type { HeldBody } from '../request/body/held-body.ts';
import { answerHeaders, type RoutingInfo, unbuffered } from './answer-headers.ts';
import { stallTimeoutMsOf } from './attempt-timer.ts';
import type { ClientResponse } from './client-response.ts';
import type { HeaderNames } from './header-names.ts';
import type { KeyMask } from './key-mask.ts';
import type { ReadAnswer } from './read-answer.ts';

interface WriterOptions {
  response: ClientResponse;
  /** Released when an answer starts going to the client, because no other attempt will follow. */
  heldBody: HeldBody;
  isAnswerHeaderPassed: HeaderNames['isAnswerHeaderPassed'];
  idleTimeoutMs: number;
}

/** An answer that goes to the client. */
export interface PassedAnswer {
  answer: ReadAnswer;
  routing: RoutingInfo;
  keyMask: KeyMask;
}

const joinedBytes = 16 * 1024;
const unbufferedPair = Object.entries(unbuffered).flat();

/**
 * Writes a request's answer to the client: the head with the first bytes, then one write for each call, in
 * whole events if it is an event stream, and no faster than the client reads.
 */
export class AnswerWriter {
  readonly #options: WriterOptions;
  /** Null while it isn't known whether the answer is a stream. */
  #gate: ReturnType<typeof createEventGate> | null = null;
  /** Called when the client leaves. */
  onLeave: (() => void) | null = null;

  constructor(options: WriterOptions) {
    this.#options = options;
    options.response.on('close', () => this.onLeave?.());
  }

  get hasLeft(): boolean {
    return this.#options.response.destroyed;
  }

  get hasBegun(): boolean {
    return this.#options.response.headersSent;
  }

  /**
   * Writes the head, if it hasn't been, and the next bytes, if any. False if the client has to read before
   * more is written.
   */
  write(passed: PassedAnswer, bytes: Buffer | null): boolean {
    const { response } = this.#options;
    const whole = this.#gated(passed.answer, bytes);
    if (response.destroyed) return true;
    this.#sendHead(passed, null);
    if (whole) return response.write(whole);
    response.flushHeaders();
    return true;
  }

  onceRead(onRead: () => void): void {
    this.#options.response.once('drain', onRead);
  }

  /** Writes the last bytes of an answer that is complete. */
  endWhole(passed: PassedAnswer, bytes: Buffer | null): void {
    const last = joined(this.#gated(passed.answer, bytes), this.#gate?.rest() ?? null);
    if (!this.hasLeft) this.#sendHead(passed, last?.length ?? 0);
    this.end(last);
  }

  /** Writes the last bytes, if any, and disconnects a client that doesn't read them in time. */
  end(bytes: Buffer | null): void {
    const { response, idleTimeoutMs } = this.#options;
    // Node writes a short string together with the head, but a buffer separately.
    if (bytes && bytes.length <= joinedBytes) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
    if (response.writableLength === 0) return;
    const timer = setTimeout(() => response.destroy(), stallTimeoutMsOf(idleTimeoutMs));
    response.once('close', () => clearTimeout(timer));
  }

  /**
   * Cuts the answer off. A reset, because over HTTP/1.0, nginx's default, a close marks the end of a complete
   * answer. The socket is the request's, because a pipelined response has none before its turn.
   */
  cutOff(): void {
    this.#options.response.req.socket.resetAndDestroy();
  }

  /** Disconnects a client that doesn't read. */
  disconnect(): void {
    this.#options.response.destroy();
  }

  #gated(answer: ReadAnswer, bytes: Buffer | null): Buffer | null {
    if (!bytes || !answer.isEventStream) return bytes;
    this.#gate ??= createEventGate();
    return this.#gate.pass(bytes);
  }

  /** `wholeBytes`: the length of an answer that has arrived completely; null if more may follow. */
  #sendHead({ answer, routing, keyMask }: PassedAnswer, wholeBytes: number | null): void {
    const { response, heldBody, isAnswerHeaderPassed } = this.#options;
    if (response.headersSent) return;
    heldBody.release();
    const upstream = answer.takeHeaders();
    const headers = answerHeaders(upstream, routing, keyMask, isAnswerHeaderPassed);
    if (answer.isEventStream) headers.push(...unbufferedPair);
    // A stream's length is never promised, because an error event may have to follow.
    const promised = answer.isEventStream ? undefined : upstream['content-length'];
    const length = wholeBytes ?? promised;
    if (length !== undefined && answer.status !== 204)
      headers.push('content-length', String(Number(length)));
    response.writeHead(answer.status, headers);
  }
}

export function joined(first: Buffer | null, second: Buffer | null): Buffer | null {
  if (!first) return second;
  return second ? Buffer.concat([first, second]) : first;
}
