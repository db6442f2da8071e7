const noBytes: Buffer = Buffer.alloc(0);

/** A request's body for as long as a channel may still need it: a stream may go on for long after. */
export class Parcel {
  readonly #free: () => void;
  #body: Buffer;
  #holds = 0;
  #state: 'needed' | 'let_go' | 'freed' = 'needed';

  /** `free` is called once, when nothing reads the bytes any more. */
  constructor(body: Buffer, free: () => void) {
    this.#body = body;
    this.#free = free;
  }

  /** Empty once it was let go. */
  get body(): Buffer {
    return this.#body;
  }

  /** For a reader that may need the bytes after they were let go: it calls the returned function at the end. */
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

  /** No attempt needs it any more. */
  letGo(): void {
    this.#body = noBytes;
    if (this.#state === 'needed') this.#state = 'let_go';
    this.#settle();
  }

  #settle(): void {
    if (this.#state !== 'let_go' || this.#holds > 0) return;
    this.#state = 'freed';
    this.#free();
  }
}
