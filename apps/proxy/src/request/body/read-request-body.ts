import type { IncomingMessage } from 'node:http';
import { type BodyCoding, bodyCodingOf, createDecoder } from './decode-body.ts';
import { HeldBody } from './held-body.ts';

/** The memory that all request bodies together may take. */
export class BodyBudget {
  readonly limitBytes: number;
  #leftBytes: number;
  /** Called if less is left than somebody needs; what it gives back is used. */
  onShort: ((missingBytes: number) => void) | null = null;

  constructor(limitBytes: number) {
    this.limitBytes = limitBytes;
    this.#leftBytes = limitBytes;
  }

  /** Takes this much and returns true, or returns false if less is left. */
  take(bytes: number): boolean {
    if (bytes > this.#leftBytes) this.onShort?.(bytes - this.#leftBytes);
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#leftBytes += bytes;
  }
}

export type RequestBody =
  /** Decompressed. The caller releases the heldBody. */
  { kind: 'whole'; heldBody: HeldBody } | { kind: 'left' } | { kind: BodyFault };

/** `no_room`: all bodies together leave none for it. `bad_coding`: it isn't compressed as it says. */
export type BodyFault = 'too_large' | 'no_room' | 'bad_coding' | 'unknown_coding';

interface Limits {
  /** Of the body as it arrives, and decompressed. */
  limitBytes: number;
  budget: BodyBudget;
}

/** Reads a body up to the limit. Never rejects; a client that leaves midway is `left`. */
export function readRequestBody(
  request: IncomingMessage,
  { limitBytes, budget }: Limits,
): Promise<RequestBody> {
  const coding = bodyCodingOf(request.headers['content-encoding']);
  if (coding === 'unsupported') return Promise.resolve({ kind: 'unknown_coding' });
  const declared = request.headers['content-length'];
  const declaredBytes = declared === undefined ? null : Number(declared);
  if (declaredBytes !== null && declaredBytes > limitBytes) {
    return Promise.resolve({ kind: 'too_large' });
  }
  return new Promise((resolve) => {
    const body = new GrowingBody(budget, limitBytes, coding === null ? declaredBytes : null);
    let isOver = false;
    const fail = (kind: 'left' | BodyFault) => {
      if (isOver) return;
      isOver = true;
      body.drop();
      resolve({ kind });
    };
    const add = (chunk: Buffer) => {
      if (isOver) return;
      if (body.length + chunk.length > limitBytes) fail('too_large');
      else if (!body.add(chunk, coding === null)) fail('no_room');
    };
    const end = () => {
      if (isOver) return;
      isOver = true;
      resolve({ kind: 'whole', heldBody: body.toHeldBody() });
    };
    if (coding === null) request.on('data', add).on('end', end);
    else decode(request, coding, { limitBytes, add, end, fail, isOver: () => isOver });
    request.on('close', () => {
      if (!request.readableEnded) fail('left');
    });
    request.on('error', () => fail('left'));
  });
}

interface Decoding {
  limitBytes: number;
  add: (chunk: Buffer) => void;
  end: () => void;
  fail: (kind: 'left' | BodyFault) => void;
  isOver: () => boolean;
}

/**
 * Decompresses a body as it arrives, no faster than it can. Its window takes memory only as it is filled by
 * bytes that count against the budget too.
 */
function decode(
  request: IncomingMessage,
  coding: BodyCoding,
  { limitBytes, add, end, fail, isOver }: Decoding,
): void {
  let decoder: ReturnType<typeof createDecoder> | null = null;
  let arrivedBytes = 0;
  /** What is left of the body is read and dropped, like that of any refused request. */
  const stop = () => {
    decoder?.destroy();
    request.resume();
  };
  const start = (first: Buffer) =>
    createDecoder(coding, first)
      .on('data', (chunk: Buffer) => {
        add(chunk);
        if (isOver()) stop();
      })
      .on('drain', () => request.resume())
      .on('end', () => {
        // Decoders end with the first frame, and ignore what follows it.
        if (decoder?.bytesWritten === arrivedBytes) end();
        else fail('bad_coding');
        stop();
      })
      .on('error', () => {
        fail('bad_coding');
        stop();
      });
  request.on('data', (chunk: Buffer) => {
    if (isOver()) return;
    arrivedBytes += chunk.length;
    // Compressed data may be endless and decompress to nothing.
    if (arrivedBytes > limitBytes) {
      fail('too_large');
      stop();
      return;
    }
    decoder ??= start(chunk);
    if (!decoder.write(chunk)) request.pause();
  });
  request.on('end', () => {
    decoder ??= start(noBytes);
    if (!isOver()) decoder.end();
  });
  request.on('close', () => {
    if (!request.readableEnded) decoder?.destroy();
  });
}

const noBytes: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(0));

/**
 * The buffer's first size; it doubles from there. A declared length alone doesn't enlarge it: a client
 * that declares much and sends little would use up everyone's budget.
 */
const firstBytes = 256 * 1024;

/** Freeing less by hand costs more than leaving it to the garbage collector. */
const worthFreeingBytes = 4 * 1024;

/**
 * A request's body as it arrives, copied into one buffer. Chunks of one byte would each take hundreds of
 * times their size if kept, and joining chunks holds the whole body twice. The budget counts the buffer,
 * whether it is full or not.
 */
class GrowingBody {
  readonly #budget: BodyBudget;
  /** The most that may arrive. */
  readonly #mostBytes: number;
  readonly #isDeclared: boolean;
  #bytes: Buffer<ArrayBuffer> = noBytes;
  /** The whole body, if it arrived in one chunk. */
  #only: Buffer | null = null;
  #length = 0;

  /** `declaredBytes`: the request's content-length; null if the body is chunked. */
  constructor(budget: BodyBudget, limitBytes: number, declaredBytes: number | null) {
    this.#budget = budget;
    this.#mostBytes = declaredBytes ?? limitBytes;
    this.#isDeclared = declaredBytes !== null;
  }

  get length(): number {
    return this.#length;
  }

  /** False if the budget has no room for it. `isOwn`: nobody else uses the chunk's memory. */
  add(chunk: Buffer, isOwn: boolean): boolean {
    const length = this.#length + chunk.length;
    if (this.#isDeclared && chunk.length === this.#mostBytes) {
      if (!this.#budget.take(length)) return false;
      this.#only = chunk;
      this.#length = length;
      return true;
    }
    if (length > this.#bytes.length && !this.#grow(length)) return false;
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
    if (isOwn) freeChunk(chunk);
    return true;
  }

  toHeldBody(): HeldBody {
    return new HeldBody(this.#only ?? this.#bytes.subarray(0, this.#length), () => this.drop());
  }

  /** Frees the memory at once: the budget doesn't count garbage that waits for a collection. */
  drop(): void {
    this.#budget.give(this.#only?.length ?? this.#bytes.length);
    if (this.#bytes !== noBytes) this.#bytes.buffer.transfer(0);
  }

  #grow(neededBytes: number): boolean {
    const before = this.#bytes.length;
    const doubled = Math.max(firstBytes, 2 * before);
    const wanted = Math.max(neededBytes, Math.min(doubled, this.#mostBytes));
    // Both exist while the one is copied into the other.
    if (!this.#budget.take(wanted)) return false;
    const { buffer } = this.#bytes;
    this.#bytes = Buffer.from(before > 0 ? buffer.transfer(wanted) : new ArrayBuffer(wanted));
    this.#budget.give(before);
    return true;
  }
}

/** Node allocates memory for each chunk; during an upload that garbage soon exceeds the upload itself. */
function freeChunk({ buffer, length }: Buffer): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === length;
  if (isAlone && length >= worthFreeingBytes) buffer.transfer(0);
}
