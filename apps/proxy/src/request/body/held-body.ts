const noBytes: Buffer = Buffer.alloc(0);

/**
 * A request's body, freed as soon as no target needs it, because its answer may stream on long after that.
 */
export class HeldBody {
  readonly #free: () => void;
  #bytes: Buffer;
  #holds = 0;
  #state: 'needed' | 'released' | 'freed' = 'needed';

  /** `free` is called once, when nothing reads the bytes any more. */
  constructor(bytes: Buffer, free: () => void) {
    this.#bytes = bytes;
    this.#free = free;
  }

  /** Empty after its release. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Keeps the bytes for a reader, even after their release, until it calls the returned function. */
  hold(): () => void {
    this.#holds += 1;
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.#holds -= 1;
      this.#settle();
    };
  }

  /** No attempt needs it any more: the bytes are freed when nothing reads them. */
  release(): void {
    this.#bytes = noBytes;
    if (this.#state === 'needed') this.#state = 'released';
    this.#settle();
  }

  #settle(): void {
    if (this.#state !== 'released' || this.#holds > 0) return;
    this.#state = 'freed';
    this.#free();
  }
}
