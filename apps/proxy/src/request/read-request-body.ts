import type { IncomingMessage } from 'node:http';
import { HeldBody } from './held-body.ts';

/** The memory that all request bodies together may take. */
export class BodyBudget {
  #leftBytes: number;

  constructor(limitBytes: number) {
    this.#leftBytes = limitBytes;
  }

  /** Takes this much and returns true, or returns false if less is left. */
  take(bytes: number): boolean {
    if (bytes > this.#leftBytes) return false;
    this.#leftBytes -= bytes;
    return true;
  }

  give(bytes: number): void {
    this.#leftBytes += bytes;
  }
}

export type RequestBody =
  /** The caller releases it. */
  | { kind: 'whole'; heldBody: HeldBody }
  | { kind: 'too_large' }
  /** All bodies together leave no room for it. */
  | { kind: 'no_room' }
  | { kind: 'left' };

interface Limits {
  limitBytes: number;
  budget: BodyBudget;
}

/** Reads a body up to the limit. Never rejects; a client that leaves midway is `left`. */
export function readRequestBody(
  request: IncomingMessage,
  { limitBytes, budget }: Limits,
): Promise<RequestBody> {
  const declared = request.headers['content-length'];
  const declaredBytes = declared === undefined ? null : Number(declared);
  if (declaredBytes !== null && declaredBytes > limitBytes) {
    return Promise.resolve({ kind: 'too_large' });
  }
  return new Promise((resolve) => {
    const body = new GrowingBody(budget, limitBytes, declaredBytes);
    let isOver = false;
    const fail = (kind: 'too_large' | 'no_room' | 'left') => {
      if (isOver) return;
      isOver = true;
      body.drop();
      resolve({ kind });
    };
    request.on('data', (chunk: Buffer) => {
      if (isOver) return;
      if (body.length + chunk.length > limitBytes) fail('too_large');
      else if (!body.add(chunk)) fail('no_room');
    });
    request.on('end', () => {
      if (isOver) return;
      isOver = true;
      resolve({ kind: 'whole', heldBody: body.toHeldBody() });
    });
    request.on('close', () => fail('left'));
    request.on('error', () => fail('left'));
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

  /** False if the budget has no room for it. */
  add(chunk: Buffer): boolean {
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
    freeChunk(chunk);
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
