import type {
  AnsweredExchange,
  AnswerProgress,
  Exchange,
  UnansweredExchange,
} from '@api-monitor/core';
import type { AnswerHandler, AnswerHeaders, AnswerSource } from './answer-handler.ts';
import { AnswerFault, describeFault } from './describe-fault.ts';

export interface ExchangeOptions {
  /** Bounds the whole exchange, including redirects and the retry on a new connection. */
  timeoutMs: number;
  /** What earlier requests have used of that time. */
  spentMs?: number;
  signal?: AbortSignal;
  /**
   * Called with each decoded piece of a 2xx body as it comes, and the seconds since the start; returns
   * how far the answer has come. An answer that is `over` is whole even if the connection stays open.
   */
  onText?: (text: string, elapsedS: number) => AnswerProgress;
}

const bodyLimitBytes = 4 * 1024 * 1024;
/** How long to wait for the body's end; if it comes, the connection is kept. */
const endWaitMs: Record<Exclude<AnswerProgress, 'under_way'>, number> = {
  complete: 2000,
  over: 200,
};

/** Collects an answer, decoded as UTF-8, up to its end or to the limit of 4 MiB. */
export class CollectedAnswer implements AnswerHandler {
  readonly #options: ExchangeOptions;
  readonly #onDone: (exchange: Exchange) => void;
  readonly #source: AnswerSource;
  readonly #startedAtMs = performance.now();
  readonly #deadline: NodeJS.Timeout;
  #endWait: NodeJS.Timeout | undefined;
  #isDone = false;
  #head: Pick<AnsweredExchange, 'status' | 'headers' | 'firstByteS'> | null = null;
  #progress: AnswerProgress = 'under_way';
  #lastTextS = 0;
  #size = 0;
  readonly #decoder = new TextDecoder();
  readonly #pieces: string[] = [];

  /** `send` sends the request and gives its answer to this handler. */
  constructor(
    options: ExchangeOptions,
    send: (handler: AnswerHandler) => AnswerSource,
    onDone: (exchange: Exchange) => void,
  ) {
    this.#options = options;
    this.#onDone = onDone;
    const leftMs = Math.max(1, options.timeoutMs - (options.spentMs ?? 0));
    this.#deadline = setTimeout(this.#onDeadline, leftMs);
    this.#source = send(this);
  }

  /** Closes the connection; `onDone` is not called. */
  abort(): void {
    this.#stop();
    this.#source.abort();
  }

  onHead(status: number, headers: AnswerHeaders): void {
    const firstByteS = this.#elapsedS();
    const joined = Object.entries(headers).map(([name, value]) => [name, String(value)]);
    this.#head = { status, headers: Object.fromEntries(joined), firstByteS };
    this.#lastTextS = firstByteS;
  }

  onBytes(bytes: Buffer): void {
    const room = Math.max(0, bodyLimitBytes - this.#size);
    this.#size += bytes.length;
    this.#take(this.#decoder.decode(bytes.subarray(0, room), { stream: true }));
    if (this.#size > bodyLimitBytes && this.#progress !== 'over') this.#hangUp('too_long');
  }

  onEnd(): void {
    this.#finish(null);
  }

  onFault(error: Error): void {
    if (this.#head && error instanceof AnswerFault) this.#finish('undecodable');
    else this.#fail(describeFault(error));
  }

  #take(text: string): void {
    if (text === '' || this.#progress === 'over') return;
    this.#pieces.push(text);
    this.#lastTextS = this.#elapsedS();
    const isSuccess = this.#head && this.#head.status >= 200 && this.#head.status < 300;
    const progress = (isSuccess && this.#options.onText?.(text, this.#lastTextS)) || 'under_way';
    if (progress === this.#progress || progress === 'under_way') return;
    this.#progress = progress;
    clearTimeout(this.#endWait);
    this.#endWait = setTimeout(this.#onEndWaitOver, endWaitMs[progress]);
  }

  /** The wait doesn't count towards the duration, because the model had finished before it. */
  #onEndWaitOver = (): void => this.#hangUp(null, this.#lastTextS);

  #onDeadline = (): void => {
    if (this.#progress !== 'under_way') {
      this.#onEndWaitOver();
      return;
    }
    this.#source.abort();
    this.#fail({ kind: 'timeout', message: `timed out after ${this.#options.timeoutMs / 1000} s` });
  };

  #hangUp(cut: AnsweredExchange['cut'], durationS?: number): void {
    this.#source.abort();
    this.#finish(cut, durationS);
  }

  #finish(cut: AnsweredExchange['cut'], durationS = this.#elapsedS()): void {
    if (this.#isDone || !this.#head) return;
    this.#take(this.#decoder.decode());
    this.#stop();
    this.#onDone({ answered: true, ...this.#head, body: this.#pieces.join(''), cut, durationS });
  }

  #fail({ kind, message }: Pick<UnansweredExchange, 'kind' | 'message'>): void {
    if (this.#isDone) return;
    this.#stop();
    this.#onDone({ answered: false, kind, message, durationS: this.#elapsedS() });
  }

  #stop(): void {
    this.#isDone = true;
    clearTimeout(this.#deadline);
    clearTimeout(this.#endWait);
  }

  #elapsedS(): number {
    return (performance.now() - this.#startedAtMs) / 1000;
  }
}
