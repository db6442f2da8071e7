/** The first bytes of what passes by, up to `limitBytes`. What comes in one piece costs no copy. */
export class HeadBuffer {
  readonly #limitBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #isOwn = false;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  take(chunk: Buffer): void {
    const part = chunk.subarray(0, this.#limitBytes - this.#length);
    if (this.#length > 0 || chunk.length > this.#limitBytes) this.#own();
    if (this.#isOwn) part.copy(this.#bytes, this.#length);
    else this.#bytes = part;
    this.#length += part.length;
  }

  toString(encoding: BufferEncoding): string {
    return this.#bytes.toString(encoding, 0, this.#length);
  }

  /** A small part would keep all of the memory that it was cut from, for as long as a stream lasts. */
  #own(): void {
    if (this.#isOwn) return;
    const bytes = Buffer.allocUnsafeSlow(this.#limitBytes);
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
    this.#isOwn = true;
  }
}
