import { pipeline, type Transform } from 'node:stream';
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib';
import type { AnswerHandler, AnswerHeaders, AnswerSource } from './answer-handler.ts';
import { AnswerFault } from './describe-fault.ts';

/** The most that one answer may decode to, which bounds the cost of a decompression bomb. */
const decodedLimitBytes = 64 * 1024 * 1024;
/** A real answer has one coding, or two if a cache added its own. */
const codingLimit = 2;
/** The most that the first of two steps may produce; its result is still compressed. */
const innerLimitBytes = 8 * 1024 * 1024;
/** RFC 9659 bounds the window of zstd in HTTP to 8 MB; the library's own default is 128 MB. */
const zstdOptions = { params: { [constants.ZSTD_d_windowLogMax]: 23 } };
/** How a zlib stream begins. */
const zlibByte = 0x78;

const decompressors: Record<string, (firstByte: number) => Transform> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // `deflate` names the zlib format, but some servers send raw deflate; the first byte tells which.
  deflate: (firstByte) => ((firstByte & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(zstdOptions),
};

/** Takes the encoded body at one end and gives the plain one at the other. */
interface Decoder {
  input: Transform;
  /** Fails with the decompressor's error; destroying it frees both. */
  output: Transform;
}

/**
 * Passes an answer on to a handler, decompressed; the head of an encoded one has no `content-length`. A
 * body that can't be decompressed is a fault, and so are more than two codings.
 */
export class DecodedAnswer implements AnswerHandler, AnswerSource {
  readonly #handler: AnswerHandler;
  readonly #source: AnswerSource;
  /** In the order they were applied; empty for a plain body, which passes as it comes. */
  #codings: string[] = [];
  #decoder: Decoder | null = null;
  #decodedBytes = 0;
  /** The encoded body has arrived completely. */
  #hasEnded = false;
  #isOver = false;

  /** `send` sends the request and gives its answer to this handler. */
  constructor(handler: AnswerHandler, send: (handler: AnswerHandler) => AnswerSource) {
    this.#handler = handler;
    this.#source = send(this);
  }

  onHead(status: number, headers: AnswerHeaders): void {
    this.#codings = codingsOf(headers['content-encoding']);
    const isPlain = this.#codings.length === 0;
    this.#handler.onHead(status, isPlain ? headers : withoutLength(headers));
    if (this.#codings.length > codingLimit) this.#fail(new AnswerFault('UNDECODABLE_ANSWER'));
  }

  onBytes(bytes: Buffer): void {
    if (this.#isOver) return;
    if (this.#codings.length === 0) {
      this.#handler.onBytes(bytes);
      return;
    }
    this.#decoder ??= this.#startDecoder(bytes[0] ?? 0);
    if (!this.#decoder.input.write(bytes)) this.#source.pause();
  }

  onEnd(): void {
    if (this.#isOver) return;
    this.#hasEnded = true;
    if (this.#decoder) this.#decoder.input.end();
    else this.#handler.onEnd();
  }

  onFault(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#decoder?.output.destroy();
    this.#handler.onFault(error);
  }

  pause(): void {
    if (this.#decoder) this.#decoder.output.pause();
    else this.#source.pause();
  }

  resume(): void {
    if (this.#decoder) this.#decoder.output.resume();
    else this.#source.resume();
  }

  abort(): void {
    this.#isOver = true;
    this.#decoder?.output.destroy();
    this.#source.abort();
  }

  #startDecoder(firstByte: number): Decoder {
    const decoder = createDecoder(this.#codings, firstByte);
    const { input, output } = decoder;
    input.on('drain', () => this.#source.resume());
    output.on('data', (bytes: Buffer) => this.#takeDecoded(bytes));
    output.on('end', () => {
      if (this.#isOver) return;
      // The coding marks its end. What follows belongs to nothing, and may never end.
      if (!this.#hasEnded) this.#source.abort();
      this.#isOver = true;
      this.#handler.onEnd();
    });
    output.on('error', () => this.#fail(new AnswerFault('UNDECODABLE_ANSWER')));
    return decoder;
  }

  #takeDecoded(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#decodedBytes += bytes.length;
    if (this.#decodedBytes > decodedLimitBytes) this.#fail(new AnswerFault('ANSWER_TOO_LONG'));
    else this.#handler.onBytes(bytes);
  }

  #fail(fault: AnswerFault): void {
    if (this.#isOver) return;
    this.abort();
    this.#handler.onFault(fault);
  }
}

/** In the order they were applied. Words that aren't codings are ignored: relays write `utf-8` here. */
function codingsOf(encoding: string | string[] | undefined): string[] {
  if (encoding === undefined) return [];
  const names = String(encoding).split(',');
  return names
    .map((name) => name.trim().toLowerCase())
    .filter((name) => Object.hasOwn(decompressors, name));
}

function withoutLength({ 'content-length': _, ...others }: AnswerHeaders): AnswerHeaders {
  return others;
}

/**
 * Creates the decoder of a body with these codings (at least one); `firstByte` is the body's. Both ends
 * have back-pressure: only a few dozen KB are decoded ahead of the reader.
 */
function createDecoder(codings: readonly string[], firstByte: number): Decoder {
  // Only the outermost coding begins with the body's first byte.
  const steps = codings
    .toReversed()
    .flatMap((coding, at) => decompressors[coding]?.(at === 0 ? firstByte : zlibByte) ?? []);
  const [input, output = input] = steps;
  if (!input || !output) throw new RangeError('a plain body needs no decoder');
  if (output !== input) {
    // Errors reach the reader through `output`; without a callback they would be thrown.
    pipeline(input, output, () => {});
    let innerBytes = 0;
    input.on('data', (bytes: Buffer) => {
      innerBytes += bytes.length;
      if (innerBytes > innerLimitBytes) input.destroy(new Error('the encoded body is too large'));
    });
  }
  return { input, output };
}
