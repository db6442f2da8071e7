import { type BodyError, type Judgement, judgeAnswer, type TokenUsage } from '@api-monitor/core';
import { type AnswerReader, createAnswerReader } from '@api-monitor/protocols';
import { type AnswerHeaders, headerOf, retryAfterOf } from '@api-monitor/upstream';
import { isAnyAnswerGood } from '../objects/object-call.ts';
import type { Endpoint } from '../request/match-route.ts';

export interface ReadOptions {
  endpoint: Endpoint;
  /** Whether the channel's streams are known to end without saying so. */
  mayLackEnd: boolean;
  nowS: () => number;
  /** Called with what only this channel understands, such as ids. */
  onState: (mark: string) => void;
  /** Called at the first real token of a stream. */
  onFirstToken: (firstTokenS: number) => void;
}

/** What one attempt's answer shows, as far as it has come. */
export class ReadAnswer {
  readonly status: number;
  /** What the channel asks for. */
  readonly retryAfterS: number | null;
  /** By its content type, which isn't reliable. */
  readonly saysStream: boolean;
  readonly #reader: AnswerReader;
  readonly #onFirstToken: ReadOptions['onFirstToken'];
  readonly #sentAtMs: number;
  #headers: AnswerHeaders;
  #judgement: Judgement | null = null;
  /** From the sending to the first real token of a stream. */
  firstTokenS: number | null = null;

  constructor(options: ReadOptions, status: number, headers: AnswerHeaders, sentAtMs: number) {
    const { endpoint, mayLackEnd, onState, onFirstToken, nowS } = options;
    this.status = status;
    this.#headers = headers;
    this.retryAfterS = retryAfterOf(headers, nowS());
    const contentType = headerOf(headers, 'content-type');
    this.saysStream = contentType?.includes('event-stream') ?? false;
    const isRaw = endpoint.object !== null && isAnyAnswerGood(endpoint.object);
    const { route } = endpoint;
    const read = { route, status, contentType, mayLackEnd, isRaw, onState };
    this.#reader = createAnswerReader(read);
    this.#onFirstToken = onFirstToken;
    this.#sentAtMs = sentAtMs;
  }

  get isGood(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** An error event can follow what the client has received. */
  get isEventStream(): boolean {
    const { form } = this.#reader;
    return form === 'stream' || (form === 'unknown' && this.saysStream);
  }

  /** Returns the headers once, because a stream that passes for long needn't keep them. */
  takeHeaders(): AnswerHeaders {
    const headers = this.#headers;
    this.#headers = {};
    return headers;
  }

  get hasToken(): boolean {
    return this.#reader.hasToken;
  }

  get hasEnded(): boolean {
    return this.#reader.hasEnded;
  }

  /** The model has begun to think, whether or not its thoughts are shown. */
  get isThinking(): boolean {
    return this.#reader.isThinking;
  }

  /** It had an event that no SDK can read. */
  get isGarbled(): boolean {
    return this.#reader.isGarbled;
  }

  get error(): BodyError | null {
    return this.#reader.error;
  }

  get usage(): TokenUsage {
    return this.#reader.usage;
  }

  get estimatedTokens(): number {
    return this.#reader.estimatedTokens;
  }

  take(bytes: Buffer): void {
    const reader = this.#reader;
    reader.take(bytes);
    const isStream = reader.form === 'stream' || reader.form === 'array';
    if (this.firstTokenS !== null || !reader.hasToken || !isStream) return;
    this.firstTokenS = Math.round(performance.now() - this.#sentAtMs) / 1000;
    this.#onFirstToken(this.firstTokenS);
  }

  /** Judges what has come so far, once: nothing is read after it. */
  judge(): Judgement {
    const { status } = this;
    this.#judgement ??= judgeAnswer({ status, reading: this.#reader.end(), by: 'traffic' });
    return this.#judgement;
  }

  /** At its end: an event stream that hasn't said that it is complete must not look whole. */
  get isCutShort(): boolean {
    const isFailure = this.judge().outcome === 'failure';
    return this.isEventStream && this.isGood && isFailure && this.error === null && !this.hasEnded;
  }
}
