import { AnswerFault } from './answer-fault.ts';

type State = 'size' | 'data' | 'data-end' | 'trailers' | 'done';

const lineEndBytes = 2;
const lineLimitBytes = 4 * 1024;
const trailerLimitBytes = 16 * 1024;

/**
 * Takes a body out of its chunks (RFC 9112, 7.1). The data of all chunks within the bytes is moved
 * together at their start; extensions and trailers are read over.
 */
export class ChunkReader {
  #state: State = 'size';
  #left = 0;
  #trailerBytes = 0;
  /** Up to where the bytes of the last `take` were used: what is left is a line that isn't whole. */
  usedTo = 0;

  get isDone(): boolean {
    return this.#state === 'done';
  }

  reset(): void {
    this.#state = 'size';
    this.#trailerBytes = 0;
  }

  /** Returns the end of the data, which begins at `start`. Throws AnswerFault. */
  take(bytes: Buffer, start: number): number {
    let at = start;
    let dataEnd = start;
    while (at < bytes.length && this.#state !== 'done') {
      if (this.#state === 'data') {
        const end = Math.min(bytes.length, at + this.#left);
        if (dataEnd !== at) bytes.copyWithin(dataEnd, at, end);
        dataEnd += end - at;
        this.#left -= end - at;
        at = end;
        if (this.#left === 0) this.#state = 'data-end';
        continue;
      }
      const end = endOfLine(bytes, at);
      if (end < 0) break;
      this.#takeLine(bytes, at, end);
      at = end + lineEndBytes;
    }
    this.usedTo = at;
    return dataEnd;
  }

  #takeLine(bytes: Buffer, at: number, end: number): void {
    switch (this.#state) {
      case 'size':
        this.#left = sizeOf(bytes, at, end);
        this.#state = this.#left === 0 ? 'trailers' : 'data';
        return;
      case 'data-end':
        if (end !== at) throw new AnswerFault('INVALID_ANSWER');
        this.#state = 'size';
        return;
      default:
        this.#trailerBytes += end - at;
        if (this.#trailerBytes > trailerLimitBytes) throw new AnswerFault('INVALID_ANSWER');
        if (end === at) this.#state = 'done';
    }
  }
}

/** Where the line's CR LF begins; -1 where it has none yet. Lines are short: a native search costs more. */
function endOfLine(bytes: Buffer, from: number): number {
  const limit = Math.min(bytes.length, from + lineLimitBytes);
  for (let at = from; at < limit; at += 1) {
    if (bytes[at] === 0x0a) throw new AnswerFault('INVALID_ANSWER');
    if (bytes[at] !== 0x0d) continue;
    if (at + 1 === bytes.length) return -1;
    if (bytes[at + 1] !== 0x0a) throw new AnswerFault('INVALID_ANSWER');
    return at;
  }
  if (limit < bytes.length) throw new AnswerFault('INVALID_ANSWER');
  return -1;
}

const sizeDigitsLimit = 13;
const semicolon = 0x3b;

/** Hexadecimal digits, up to an extension or the line's end. */
function sizeOf(bytes: Buffer, start: number, end: number): number {
  let size = 0;
  let at = start;
  for (; at < end; at += 1) {
    const digit = digitOf(bytes[at] ?? 0);
    if (digit < 0) break;
    size = size * 16 + digit;
  }
  const next = bytes[at];
  const isCut = at === end || next === semicolon || next === 0x20 || next === 0x09;
  if (at === start || at - start > sizeDigitsLimit || !isCut)
    throw new AnswerFault('INVALID_ANSWER');
  return size;
}

function digitOf(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}
