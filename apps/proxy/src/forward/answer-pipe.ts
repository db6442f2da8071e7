import {
  type BodyError,
  type ErrorKind,
  isOfChannel,
  type Judgement,
  judgeBreak,
  noUsage,
  redirectMessage,
  type TokenUsage,
  type UpstreamTarget,
} from '@api-monitor/core';
import {
  type AnswerHandler,
  type AnswerHeaders,
  type AnswerSource,
  describeFault,
  headerOf,
} from '@api-monitor/upstream';
import type { BodyBudget } from '../request/body/read-request-body.ts';
import type { RoutingInfo } from './answer-headers.ts';
import type { AnswerLimit } from './answer-limit.ts';
import { type AnswerWriter, joined, type PassedAnswer } from './answer-writer.ts';
import { AttemptTimer } from './attempt-timer.ts';
import { type AttemptEnd, answered, nothingShown } from './attempts/attempt-end.ts';
import { HeldBytes } from './held-bytes.ts';
import { KeyMask } from './key-mask.ts';
import { ReadAnswer, type ReadOptions } from './read-answer.ts';

/** Where another attempt may follow: a target's other keys only help if this one is refused. */
export type MovesOn = 'anywhere' | 'to_other_key' | 'nowhere';

export interface PipeOptions extends ReadOptions, AnswerLimit {
  writer: AnswerWriter;
  routing: RoutingInfo;
  /** Its key is masked in everything that goes to the client. */
  target: UpstreamTarget;
  /**
   * Whether another attempt may follow, at another target or with another key of this one; if so, an answer
   * waits until it is known to be a real one.
   */
  movesOn: MovesOn;
  /** Whether the client asked for a stream. */
  isStreamAsked: boolean;
  /** Whether a chat stream's report of tokens is kept from the client, which didn't ask for it. */
  hidesUsage: boolean;
  /** What the held bytes of all requests together may take. */
  heldBudget: BodyBudget;
  /** When the client has waited long enough, by the clock of `performance.now()`. */
  patienceEndsAtMs: number;
  idleTimeoutMs: number;
  /** Sends the request and gives its answer to this pipe. */
  send: (handler: AnswerHandler) => AnswerSource;
  onEnd: (end: AttemptEnd, pipe: AnswerPipe) => void;
}

const unreadLimitBytes = 64 * 1024;

const notStreamed: Judgement = { ...nothingShown, message: 'it answered whole, not with a stream' };

/**
 * Decides when one attempt's answer goes to the client. While another attempt may follow, its start is held
 * until it proves to be a real one: at the first token of a stream, or the end of a short body. Then, and
 * from the start if nothing may follow, bytes pass as they arrive: a stream's headers at once, one write
 * for each read from the upstream.
 */
export class AnswerPipe implements AnswerHandler {
  readonly #options: PipeOptions;
  readonly #timer: AttemptTimer;
  readonly #keyMask: KeyMask;
  readonly #source: AnswerSource;
  readonly #sentAtMs = performance.now();
  /** Null once the answer goes to the client. */
  #held: HeldBytes | null;
  /** Null until its head has come. */
  #answer: ReadAnswer | null = null;
  #passed: PassedAnswer | null = null;
  #status: number | null = null;
  /** The bytes of one read, until they are written. */
  #arrived: Buffer[] = [];
  #isFlushDue = false;
  #isPaused = false;
  #unread = 0;
  #isOver = false;
  #isSilent = false;
  #isUnreached = false;
  /** It has ended, and nothing of it goes to the client. */
  #isLost = false;
  /** By the clock of `performance.now()`. */
  firstByteAtMs: number | null = null;
  responseBytes = 0;

  constructor(options: PipeOptions) {
    this.#options = options;
    this.#held = options.movesOn === 'nowhere' ? null : new HeldBytes(options.heldBudget);
    this.#timer = new AttemptTimer(options, this);
    this.#keyMask = new KeyMask(options.target);
    options.writer.onLeave = this.#onClientLeave;
    this.#source = options.send(this);
  }

  /** An error event can follow what the client has received. */
  get isEventStream(): boolean {
    return this.#answer?.isEventStream ?? false;
  }

  /** What the answer that the client gets has reported so far. */
  get usage(): TokenUsage {
    return this.#isLost ? noUsage : (this.#answer?.usage ?? noUsage);
  }

  /** About how many tokens of text have come. */
  get estimatedTokens(): number {
    return this.#answer?.estimatedTokens ?? 0;
  }

  /** What an answer has reported that the client doesn't get. */
  get lostUsage(): TokenUsage {
    return this.#isLost ? (this.#answer?.usage ?? noUsage) : noUsage;
  }

  /** What its error says; null if it isn't one, or isn't readable. */
  get error(): BodyError | null {
    return this.#answer?.error ?? null;
  }

  onHead(status: number, headers: AnswerHeaders): void {
    this.#status = status;
    this.firstByteAtMs = performance.now();
    if (status >= 300 && status < 400) {
      this.#refuseRedirect(headerOf(headers, 'location'));
      return;
    }
    const answer = new ReadAnswer(this.#options, status, headers, this.#sentAtMs);
    this.#answer = answer;
    const { routing, hidesUsage } = this.#options;
    this.#passed = { answer, routing, hidesUsage, keyMask: this.#keyMask };
    if (!answer.isGood && this.#held) this.#timer.awaitRest();
    else if (!this.#isTokenDue) this.#timer.awaitBytes();
    // The head of a whole answer waits for its first bytes: until then another target may be tried.
    if (answer.saysStream && !this.#held) this.#flushSoon();
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
    if (!this.#isOver && this.#arrived.length > 0) this.#flush();
    if (this.#isOver) return;
    const { kind, message, isUnreached } = describeFault(error);
    this.#isUnreached = isUnreached && this.#status === null;
    if (this.#saysComplete) this.#end();
    else this.#fail(kind, message);
  }

  onSilence(): void {
    // Some servers keep the connection open after the stream's last event.
    if (this.#saysComplete || (this.#held && this.#answer?.hasEnded)) {
      this.#source.abort();
      this.#end();
    } else if (this.#isTokenDue && this.#answer?.isThinking) this.#awaitThought();
    else this.#failSilently();
  }

  onStall(): void {
    this.#options.writer.disconnect();
  }

  /** The rest of an error, or of an answer that nobody wants, is taking too long. */
  onLongRest(): void {
    if (this.#isOver) this.#source.abort();
    else this.#decide(this.#take(), true);
  }

  /** Whether the time for the first token runs on: what came before it doesn't count. */
  get #isTokenDue(): boolean {
    const isStream = this.#answer?.saysStream === true || this.#options.isStreamAsked;
    return this.#held !== null && isStream && this.#options.movesOn === 'anywhere';
  }

  /** Whether another attempt may do better. */
  #mayRetry(judgement: Judgement): boolean {
    return this.#options.movesOn === 'to_other_key'
      ? isOfChannel(judgement)
      : judgement.may_another_serve;
  }

  /** A stream has said that it is complete. Gemini's word for it may come with every event. */
  get #saysComplete(): boolean {
    const answer = this.#answer;
    const isGemini = this.#options.endpoint.dialect === 'gemini';
    if (!answer || isGemini || answer.error) return false;
    return answer.isEventStream && answer.hasEnded;
  }

  /** A model that thinks without showing it has the client's patience, and then it goes on with this one. */
  #awaitThought(): void {
    const patienceMs = this.#options.patienceEndsAtMs - performance.now();
    if (patienceMs > 0) this.#timer.awaitToken(patienceMs);
    else this.#commit();
  }

  #failSilently(): void {
    this.#source.abort();
    const { limitMs, isPatience, idleTimeoutMs } = this.#options;
    const limitS = Math.round(limitMs / 100) / 10;
    const isAwaited = !this.#answer || this.#isTokenDue;
    if (!isAwaited) this.#fail('timeout', `nothing arrived for ${idleTimeoutMs / 1000} s`);
    else {
      const message = `no first ${this.#answer ? 'token' : 'byte'} within ${limitS} s`;
      this.#isSilent = true;
      this.#fail('timeout', message, isPatience);
    }
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
    if (this.#answer?.isGarbled) {
      this.#breakGarbled(this.#answer);
      return;
    }
    if (!this.#isPaused) this.#timer.awaitBytes();
    this.#write(bytes);
  };

  /** Reads what has arrived; returns it with the key masked, or null if there is nothing yet. */
  #take(): Buffer | null {
    const first = this.#arrived[0];
    if (!first) return null;
    const isOne = this.#arrived.length === 1;
    const bytes = this.#keyMask.pass(isOne ? first : Buffer.concat(this.#arrived));
    this.#arrived = [];
    if (bytes) this.#answer?.take(bytes);
    return bytes;
  }

  /** Whether a held answer goes to the client now, or another target is tried. `isLate`: it can't wait. */
  #decide(bytes: Buffer | null, isLate: boolean): void {
    const answer = this.#answer;
    if (!this.#held || !answer) return;
    const mayHold = (bytes === null || this.#held.add(bytes)) && !isLate;
    const isFailing = answer.error !== null || answer.isGarbled || (!mayHold && !answer.isGood);
    if (isFailing && this.#mayRetry(answer.judge())) {
      this.#finish('retriable', answer.judge());
      // What is left is read and dropped, so that the connection can be used again.
      this.#timer.awaitRest();
    } else if (isFailing || answer.hasToken || !mayHold) this.#commit();
    else if (answer.isGood && !this.#isTokenDue) this.#timer.awaitBytes();
  }

  /** No other target will be tried: what was held goes out, and the rest as it comes. */
  #commit(): void {
    const bytes = this.#releaseHeld();
    this.#timer.awaitBytes();
    this.#write(bytes);
  }

  #releaseHeld(): Buffer | null {
    const bytes = this.#held?.release() ?? null;
    this.#held = null;
    return bytes;
  }

  #write(bytes: Buffer | null): void {
    // It is read to its end all the same, for the error that it may be.
    if (!this.#passed || this.#isUnfit) return;
    if (!this.#options.writer.write(this.#passed, bytes)) this.#pause();
  }

  /** The client waits for events, and this answer has none for it. */
  get #isUnfit(): boolean {
    const { writer } = this.#options;
    return writer.mustBeEvents && !(this.#answer?.isGood && this.#answer.isEventStream);
  }

  /** The answer has arrived, or its connection has been closed as if it had. */
  #end(): void {
    const passed = this.#passed;
    if (!passed) {
      this.#finish('retriable', nothingShown);
      return;
    }
    const { answer } = passed;
    const bytes = this.#take();
    const rest = this.#keyMask.rest();
    if (rest) answer.take(rest);
    const judgement = answer.judge();
    if (this.#held && this.#mayRetry(judgement)) {
      this.#finish('retriable', judgement);
      return;
    }
    if (answer.isGarbled) {
      this.#breakGarbled(answer);
      return;
    }
    if (this.#isUnfit) {
      const isError = !answer.isGood || answer.error !== null;
      this.#finish(isError ? 'unpassed' : 'retriable', isError ? judgement : notStreamed);
      return;
    }
    const last = joined(joined(this.#releaseHeld(), bytes), rest);
    if (answer.isCutShort) {
      this.#break(judgement, last);
      return;
    }
    this.#finish('whole', judgement);
    this.#options.writer.endWhole(passed, last);
  }

  #pause(): void {
    if (this.#isPaused) return;
    this.#isPaused = true;
    this.#source.pause();
    this.#timer.awaitReader();
    this.#options.writer.onceRead(this.#onRead);
  }

  #onRead = (): void => {
    if (this.#isOver) return;
    this.#isPaused = false;
    this.#timer.awaitBytes();
    this.#source.resume();
  };

  #onClientLeave = (): void => {
    if (this.#isOver) return;
    this.#source.abort();
    this.#finish('client_left', this.#answer?.hasToken ? answered : nothingShown);
  };

  /** `isExcused`: it isn't the channel's fault. */
  #fail(kind: ErrorKind, message: string, isExcused = false): void {
    const found = judgeBreak(kind, message);
    const judgement = isExcused ? { ...nothingShown, kind, message } : found;
    const bytes = this.#take();
    const hasBegun = this.isEventStream && this.responseBytes > 0;
    if (this.#held || !(this.#options.writer.hasBegun || hasBegun)) {
      this.#finish('retriable', judgement);
      return;
    }
    this.#break(judgement, bytes);
  }

  /** An event that no SDK can read, and what follows it, doesn't go out: the client gets an error instead. */
  #breakGarbled(answer: ReadAnswer): void {
    this.#source.abort();
    if (this.#options.writer.hasBegun) this.#break(answer.judge(), null);
    else this.#finish('retriable', answer.judge());
  }

  /** `bytes`: those from before the break, which are sent before the error. */
  #break(judgement: Judgement, bytes: Buffer | null): void {
    if (this.#passed) this.#options.writer.write(this.#passed, bytes);
    this.#finish('broken', judgement);
  }

  #finish(kind: AttemptEnd['kind'], judgement: Judgement): void {
    this.#isOver = true;
    this.#isLost = kind === 'retriable' || kind === 'unpassed';
    this.#timer.stop();
    const answer = this.#answer;
    // The last report of tokens is read with it.
    answer?.judge();
    this.#releaseHeld();
    this.#arrived = [];
    this.#options.writer.onLeave = null;
    const saidEnd = kind === 'whole' && answer?.isEventStream ? answer.hasEnded : null;
    const { firstTokenS = null, retryAfterS = null } = answer ?? {};
    const shown = { judgement, firstTokenS, retryAfterS, saidEnd };
    const why = { isSilent: this.#isSilent, isUnreached: this.#isUnreached };
    this.#options.onEnd({ kind, status: this.#status, ...shown, ...why }, this);
  }
}
