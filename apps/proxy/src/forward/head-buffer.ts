/** The first bytes of what passes by, up to `limitBytes`. What comes in one piece costs no copy. */
export class HeadBuffer {
  readonly #limitBytes: number;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  take(chunk: Buffer): void {
    if (this.#length === 0 && chunk.length <= this.#limitBytes) {
      this.#bytes = chunk;
      this.#length = chunk.length;
      return;
    }
    if (this.#bytes.length < this.#limitBytes) this.#own();
    this.#length += chunk.copy(this.#bytes, this.#length);
  }

  toString(encoding: BufferEncoding): string {
    return this.#bytes.toString(encoding, 0, this.#length);
  }

  /** A small part would keep all of the memory that it was cut from, for as long as a stream lasts. */
  #own(): void {
    const bytes = Buffer.allocUnsafeSlow(this.#limitBytes);
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
  }
}
