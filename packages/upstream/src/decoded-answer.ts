import { AnswerFault } from './answer-fault.ts';
import type { AnswerHandler, AnswerSource } from './answer-handler.ts';
import { codingsOf, createDecoder, type Decoder } from './decoders.ts';

/** What one answer may decode to. A channel was asked for plain bytes: this bounds what a bomb costs. */
const decodedLimitBytes = 64 * 1024 * 1024;

/**
 * Passes an answer on to a handler, decoded if the channel encoded it although it was asked not to.
 * The handler then sees no `content-encoding` and no length. A body that doesn't decode is a fault, and
 * so are more than two codings.
 */
export class DecodedAnswer implements AnswerHandler, AnswerSource {
  readonly #handler: AnswerHandler;
  #source: AnswerSource | null = null;
  /** Empty for a plain body, which passes as it comes. */
  #codings: string[] = [];
  #decoder: Decoder | null = null;
  #decodedBytes = 0;
  /** The encoded body has come whole. */
  #hasEnded = false;
  #isOver = false;

  constructor(handler: AnswerHandler) {
    this.#handler = handler;
  }

  get isOver(): boolean {
    return this.#handler.isOver;
  }

  onSent(source: AnswerSource): void {
    this.#source = source;
    this.#handler.onSent(this);
  }

  onHead(status: number, headers: string[], bodyLength: number | null): void {
    const { encoding, others } = withoutEncoding(headers);
    const codings = codingsOf(encoding);
    if (!codings) {
      this.#fail(new AnswerFault('UNDECODABLE_ANSWER'));
      return;
    }
    this.#codings = codings;
    const isPlain = codings.length === 0;
    this.#handler.onHead(status, others, isPlain ? bodyLength : null);
  }

  onBytes(bytes: Buffer): void {
    if (this.#isOver) return;
    if (this.#codings.length === 0) {
      this.#handler.onBytes(bytes);
      return;
    }
    this.#decoder ??= this.#startDecoder(bytes[0] ?? 0);
    // The decoder keeps what it is given, and the connection overwrites its buffer.
    if (!this.#decoder.input.write(Buffer.from(bytes))) this.#source?.pause(this);
  }

  onRead(): void {
    if (!this.#isOver && this.#codings.length === 0) this.#handler.onRead();
  }

  onEnd(): void {
    if (this.#isOver) return;
    this.#hasEnded = true;
    if (this.#decoder) this.#decoder.input.end();
    else this.#handler.onEnd();
  }

  onFault(error: Error, isStale: boolean): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#decoder?.output.destroy();
    this.#handler.onFault(error, isStale);
  }

  pause(): void {
    if (this.#decoder) this.#decoder.output.pause();
    else this.#source?.pause(this);
  }

  resume(): void {
    if (this.#decoder) this.#decoder.output.resume();
    else this.#source?.resume(this);
  }

  abort(): void {
    this.#isOver = true;
    this.#decoder?.output.destroy();
    this.#source?.abort(this);
  }

  #startDecoder(firstByte: number): Decoder {
    const decoder = createDecoder(this.#codings, firstByte);
    const { input, output } = decoder;
    input.on('drain', () => this.#source?.resume(this));
    output.on('data', (bytes: Buffer) => this.#takeDecoded(bytes));
    output.on('end', () => {
      if (this.#isOver) return;
      // The coding says where it ends. What still comes belongs to nobody, and may never end.
      if (!this.#hasEnded) this.#source?.abort(this);
      this.#isOver = true;
      this.#handler.onEnd();
    });
    output.on('error', () => this.#fail(new AnswerFault('UNDECODABLE_ANSWER')));
    return decoder;
  }

  #takeDecoded(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#decodedBytes += bytes.length;
    if (this.#decodedBytes > decodedLimitBytes) {
      this.#fail(new AnswerFault('ANSWER_TOO_LONG'));
      return;
    }
    this.#handler.onBytes(bytes);
    if (!this.#isOver) this.#handler.onRead();
  }

  #fail(fault: AnswerFault): void {
    if (this.#isOver) return;
    this.abort();
    this.#handler.onFault(fault, false);
  }
}

/** All values of `content-encoding`, and the headers without them. */
function withoutEncoding(headers: string[]): { encoding: string; others: string[] } {
  if (!headers.includes('content-encoding')) return { encoding: '', others: headers };
  const values: string[] = [];
  const others: string[] = [];
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const [name = '', value = ''] = headers.slice(at, at + 2);
    if (name === 'content-encoding') values.push(value);
    else others.push(name, value);
  }
  return { encoding: values.join(','), others };
}
