import type { BodyBudget } from './body-budget.ts';
import { Parcel } from './parcel.ts';

const noBytes: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(0));

/** What is taken at first for a body whose length isn't declared; it doubles from there. */
const firstBytes = 64 * 1024;

/** Below this the call costs more than the garbage. */
const worthFreeingBytes = 4 * 1024;

/**
 * A request's body as it comes in, copied into one piece of memory. Kept as they come, chunks of one
 * byte each would take hundreds of times their size, and putting them together would hold all of it
 * twice. The budget counts the memory, filled or not.
 */
export class GrowingBody {
  readonly #budget: BodyBudget;
  /** The most that may come. */
  readonly #mostBytes: number;
  readonly #isDeclared: boolean;
  #bytes: Buffer<ArrayBuffer> = noBytes;
  /** A body that came whole in one chunk: it stays as it is. */
  #only: Buffer | null = null;
  #length = 0;

  /** `declaredBytes`: the request's content-length; null if it comes in chunks. */
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

  /** Whoever gets it lets it go. */
  toParcel(): Parcel {
    return new Parcel(this.#only ?? this.#bytes.subarray(0, this.#length), () => this.drop());
  }

  /** Frees the memory at once: as garbage it would stay for long, and count for nothing. */
  drop(): void {
    this.#budget.give(this.#only?.length ?? this.#bytes.length);
    if (this.#bytes !== noBytes) this.#bytes.buffer.transfer(0);
  }

  #grow(neededBytes: number): boolean {
    const before = this.#bytes.length;
    const doubled = this.#isDeclared ? this.#mostBytes : Math.max(firstBytes, 2 * before);
    const wanted = Math.max(neededBytes, Math.min(doubled, this.#mostBytes));
    // Both are held while the one is copied into the other.
    if (!this.#budget.take(wanted)) return false;
    const { buffer } = this.#bytes;
    this.#bytes = Buffer.from(before > 0 ? buffer.transfer(wanted) : new ArrayBuffer(wanted));
    this.#budget.give(before);
    return true;
  }
}

/**
 * Node reads each chunk into memory of its own. As garbage, those of an upload soon take more than the
 * upload itself.
 */
function freeChunk({ buffer, length }: Buffer): void {
  const isAlone = buffer instanceof ArrayBuffer && buffer.byteLength === length;
  if (isAlone && length >= worthFreeingBytes) buffer.transfer(0);
}
