/** The last bytes of what passes by, at least `limitBytes` of them, in memory of its own. */
export class TailBuffer {
  readonly #limitBytes: number;
  readonly #bytes: Buffer;
  #length = 0;

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
    this.#bytes = Buffer.allocUnsafe(2 * limitBytes);
  }

  take(chunk: Buffer): void {
    const part = chunk.length > this.#limitBytes ? chunk.subarray(-this.#limitBytes) : chunk;
    if (this.#length + part.length > this.#bytes.length) this.#forget();
    this.#length += part.copy(this.#bytes, this.#length);
  }

  toString(encoding: BufferEncoding): string {
    return this.#bytes.toString(encoding, 0, this.#length);
  }

  #forget(): void {
    this.#bytes.copyWithin(0, this.#length - this.#limitBytes, this.#length);
    this.#length = this.#limitBytes;
  }
}
