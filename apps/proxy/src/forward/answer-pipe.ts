import {
  type ErrorKind,
  type Judgement,
  judgeAnswer,
  judgeBreak,
  redirectMessage,
  type UpstreamTarget,
} from '@api-monitor/core';
import { type AnswerReader, createAnswerReader, createEventGate } from '@api-monitor/protocols';
import {
  type AnswerHandler,
  type AnswerHeaders,
  type AnswerSource,
  describeFault,
  headerOf,
  retryAfterOf,
} from '@api-monitor/upstream';
import type { HeldBody } from '../request/body/held-body.ts';
import type { BodyBudget } from '../request/body/read-request-body.ts';
import type { Endpoint } from '../request/match-route.ts';
import { answerHeaders, type RoutingInfo } from './answer-headers.ts';
import { type AttemptEnd, answered, nothingShown } from './attempt-end.ts';
import { AttemptTimer, stallTimeoutMsOf } from './attempt-timer.ts';
import type { ClientResponse } from './client-response.ts';
import type { HeaderNames } from './header-names.ts';
import { HeldBytes } from './held-bytes.ts';
import { KeyMask } from './key-mask.ts';

export interface PipeOptions {
  response: ClientResponse;
  endpoint: Endpoint;
  /** Released when an answer starts going to the client, because no other attempt will follow. */
  heldBody: HeldBody;
  routing: RoutingInfo;
  isAnswerHeaderPassed: HeaderNames['isAnswerHeaderPassed'];
  /** Its key is masked in everything that goes to the client. */
  target: UpstreamTarget;
  /** Whether another attempt may follow; if so, an answer waits until it is known to be a real one. */
  mayMoveOn: boolean;
  /** Whether the client asked for a stream. */
  isStreamAsked: boolean;
  /** Whether the channel's streams are known to end without saying so. */
  mayLackEnd: boolean;
  /** What the held bytes of all requests together may take. */
  heldBudget: BodyBudget;
  /** Also until the first real token while another attempt may follow. */
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
  nowS: () => number;
  /** Sends the request and gives its answer to this pipe. */
  send: (handler: AnswerHandler) => AnswerSource;
  /** Called with what only this channel understands, such as ids. */
  onState: (mark: string) => void;
  /** Called at the first real token of a stream. */
  onFirstToken: (firstTokenS: number) => void;
  onEnd: (end: AttemptEnd, pipe: AnswerPipe) => void;
}

const unreadLimitBytes = 64 * 1024;
const joinedBytes = 16 * 1024;

/**
 * Passes one attempt's answer to the client. While another attempt may follow, the answer's start is held
 * until it proves to be a real one: at the first token of a stream, or the end of a short body. Then, and
 * from the start if nothing may follow, bytes pass as they arrive: a stream's headers at once, one write
 * for each read from the upstream, and no faster than the client reads.
 */
export class AnswerPipe implements AnswerHandler {
  readonly #options: PipeOptions;
  readonly #timer: AttemptTimer;
  readonly #keyMask: KeyMask;
  readonly #source: AnswerSource;
  readonly #sentAtMs = performance.now();
  /** Null once the answer goes to the client. */
  #held: HeldBytes | null;
  #status: number | null = null;
  #headers: AnswerHeaders = {};
  #saysStream = false;
  #reader: AnswerReader | null = null;
  /** Null while it isn't known whether the answer is a stream. */
  #gate: ReturnType<typeof createEventGate> | null = null;
  #judgement: Judgement | null = null;
  #firstTokenS: number | null = null;
  #retryAfterS: number | null = null;
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
    this.#held = options.mayMoveOn ? new HeldBytes(options.heldBudget) : null;
    this.#timer = new AttemptTimer(options, this);
    this.#keyMask = new KeyMask(options.target);
    options.response.on('close', this.#onClientClose);
    this.#source = options.send(this);
  }

  /** An error event can follow what the client has received. */
  get isEventStream(): boolean {
    const form = this.#reader?.form ?? 'unknown';
    return form === 'stream' || (form === 'unknown' && this.#saysStream);
  }

  /** What the answer has reported so far. */
  get usage(): { inputTokens: number | null; outputTokens: number | null } {
    const { inputTokens = null, outputTokens = null } = this.#reader ?? {};
    return { inputTokens, outputTokens };
  }

  onHead(status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.firstByteAtMs = performance.now();
    if (status >= 300 && status < 400) {
      this.#refuseRedirect(headerOf(headers, 'location'));
      return;
    }
    this.#headers = headers;
    this.#retryAfterS = retryAfterOf(headers, this.#options.nowS());
    this.#saysStream = headerOf(headers, 'content-type')?.includes('event-stream') ?? false;
    const { endpoint, mayLackEnd, onState } = this.#options;
    this.#reader = createAnswerReader({ route: endpoint.route, status, mayLackEnd, onState });
    if (!this.#isGood && this.#held) this.#timer.awaitRest();
    else if (!this.#isTokenDue) this.#timer.awaitBytes();
    // The head of a whole answer waits for its first bytes: until then another target may be tried.
    if (this.#saysStream && !this.#held) this.#flushSoon();
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
    if (!this.#isOver) this.#end();
  }

  onFault(error: Error): void {
    this.#timer.stop();
    if (this.#isOver) return;
    const { kind, message } = describeFault(error);
    this.#fail(kind, message);
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
    // Some servers keep the connection open after the stream's last event.
    if (this.#held && this.#reader?.hasEnded) {
      this.#end();
      return;
    }
    this.#fail('timeout', this.#silence);
  }

  onStall(): void {
    this.#options.response.destroy();
  }

  /** The rest of an error, or of an answer that nobody wants, is taking too long. */
  onLongRest(): void {
    if (this.#isOver) this.#source.abort();
    else this.#decide(this.#take(), true);
  }

  get #isGood(): boolean {
    return this.#status !== null && this.#status >= 200 && this.#status < 300;
  }

  /** Whether the time for the first token runs on: what came before it doesn't count. */
  get #isTokenDue(): boolean {
    return this.#held !== null && (this.#saysStream || this.#options.isStreamAsked);
  }

  get #silence(): string {
    const { firstByteTimeoutMs, idleTimeoutMs } = this.#options;
    if (this.#status === null) return `no first byte within ${firstByteTimeoutMs / 1000} s`;
    if (this.#isTokenDue) return `no first token within ${firstByteTimeoutMs / 1000} s`;
    return `nothing arrived for ${idleTimeoutMs / 1000} s`;
  }

  /**
   * A client that follows a redirect would send its gateway key and its prompt to wherever the target
   * points, so it never gets one: another target is tried, or the client gets a 502.
   */
  #refuseRedirect(location: string | undefined): void {
    this.#source.abort();
    const reason = redirectMessage(location) ?? 'not an answer to a POST';
    const message = this.#keyMask.inText(`HTTP ${this.#status}: ${reason}`);
    this.#finish('retriable', judgeBreak('upstream', message));
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
    const bytes = this.#take();
    if (this.#held) {
      this.#decide(bytes, false);
      return;
    }
    if (!this.#isPaused) this.#timer.awaitBytes();
    this.#write(this.#gated(bytes));
  };

  /** Reads what has arrived; returns it with the key masked, or null if there is nothing yet. */
  #take(): Buffer | null {
    const [first, ...others] = this.#arrived;
    if (!first) return null;
    const bytes = this.#keyMask.pass(others.length === 0 ? first : Buffer.concat(this.#arrived));
    this.#arrived = [];
    this.#read(bytes);
    return bytes;
  }

  #read(bytes: Buffer | null): void {
    const reader = this.#reader;
    if (!reader || !bytes) return;
    reader.take(bytes);
    const isStream = reader.form === 'stream' || reader.form === 'array';
    if (this.#firstTokenS !== null || !reader.hasToken || !isStream) return;
    this.#firstTokenS = Math.round(performance.now() - this.#sentAtMs) / 1000;
    this.#options.onFirstToken(this.#firstTokenS);
  }

  /** Whether a held answer goes to the client now, or another target is tried. `isLate`: it can't wait. */
  #decide(bytes: Buffer | null, isLate: boolean): void {
    const reader = this.#reader;
    if (!this.#held || !reader) return;
    const mayHold = (bytes === null || this.#held.add(bytes)) && !isLate;
    const isFailing = reader.error !== null || (!mayHold && !this.#isGood);
    if (isFailing && this.#judge().may_another_serve) {
      this.#finish('retriable', this.#judge());
      // What is left is read and dropped, so that the connection can be used again.
      this.#timer.awaitRest();
    } else if (isFailing || reader.hasToken || !mayHold) this.#commit();
    else if (this.#isGood && !this.#isTokenDue) this.#timer.awaitBytes();
  }

  /** No other target will be tried: what was held goes out, and the rest as it comes. */
  #commit(): void {
    const bytes = this.#held?.release() ?? null;
    this.#held = null;
    this.#timer.awaitBytes();
    this.#write(this.#gated(bytes));
  }

  #write(bytes: Buffer | null): void {
    const { response } = this.#options;
    if (response.destroyed) return;
    this.#sendHead(null);
    if (!bytes) response.flushHeaders();
    else if (!response.write(bytes)) this.#pause();
  }

  #gated(bytes: Buffer | null): Buffer | null {
    if (!bytes || !this.isEventStream) return bytes;
    this.#gate ??= createEventGate();
    return this.#gate.pass(bytes);
  }

  /** What the answer shows, as far as it has come; read once. */
  #judge(): Judgement {
    const reader = this.#reader;
    if (!reader || this.#status === null) return nothingShown;
    this.#judgement ??= judgeAnswer({ status: this.#status, reading: reader.end(), by: 'traffic' });
    return this.#judgement;
  }

  /** The answer has arrived, or its connection has been closed as if it had. */
  #end(): void {
    const bytes = this.#take();
    const rest = this.#keyMask.rest();
    this.#read(rest);
    const judgement = this.#judge();
    if (this.#held && judgement.may_another_serve) {
      this.#finish('retriable', judgement);
      return;
    }
    const held = this.#held?.release() ?? null;
    this.#held = null;
    const passed = this.#gated(joined(joined(held, bytes), rest));
    if (this.#isCutShort(judgement)) {
      this.#break(judgement, passed);
      return;
    }
    const last = joined(passed, this.#gate?.rest() ?? null);
    if (!this.#options.response.destroyed) this.#sendHead(last?.length ?? 0);
    this.#finish('whole', judgement);
    this.endAnswer(last);
  }

  /** An event stream that ends without its end must not look whole. */
  #isCutShort({ outcome }: Judgement): boolean {
    const { error, hasEnded } = this.#reader ?? {};
    return this.isEventStream && this.#isGood && outcome === 'failure' && !error && !hasEnded;
  }

  /** `wholeBytes`: the length of an answer that has arrived completely; null if more may follow. */
  #sendHead(wholeBytes: number | null): void {
    const { response, routing, heldBody, isAnswerHeaderPassed } = this.#options;
    if (response.headersSent || this.#status === null) return;
    heldBody.release();
    const headers = answerHeaders(this.#headers, routing, this.#keyMask, isAnswerHeaderPassed);
    // A stream's length is never promised, because an error event may have to follow.
    const promised = this.isEventStream ? undefined : this.#headers['content-length'];
    const length = wholeBytes ?? promised;
    if (length !== undefined && this.#status !== 204)
      headers.push('content-length', String(Number(length)));
    response.writeHead(this.#status, headers);
    this.#headers = {};
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
    this.#finish('client_left', this.#reader?.hasToken ? answered : nothingShown);
  };

  #fail(kind: ErrorKind, message: string): void {
    const judgement = judgeBreak(kind, message);
    const bytes = this.#gated(this.#take());
    const hasBegun = this.isEventStream && this.responseBytes > 0;
    if (this.#held || !(this.#options.response.headersSent || hasBegun)) {
      this.#finish('retriable', judgement);
      return;
    }
    this.#break(judgement, bytes);
  }

  /** `passed`: the bytes from before the break, which are sent before the error. */
  #break(judgement: Judgement, passed: Buffer | null): void {
    const { response } = this.#options;
    if (!response.destroyed) {
      this.#sendHead(null);
      if (passed) response.write(passed);
    }
    this.#finish('broken', judgement);
  }

  #finish(kind: AttemptEnd['kind'], judgement: Judgement): void {
    this.#isOver = true;
    this.#timer.stop();
    // The last report of tokens is read with it.
    this.#judge();
    const { response, onEnd } = this.#options;
    this.#held?.release();
    this.#arrived = [];
    response.off('close', this.#onClientClose);
    const saidEnd =
      kind === 'whole' && this.isEventStream ? (this.#reader?.hasEnded ?? false) : null;
    const [firstTokenS, retryAfterS] = [this.#firstTokenS, this.#retryAfterS];
    onEnd({ kind, status: this.#status, judgement, firstTokenS, retryAfterS, saidEnd }, this);
  }
}

function joined(first: Buffer | null, second: Buffer | null): Buffer | null {
  if (!first) return second;
  return second ? Buffer.concat([first, second]) : first;
}
