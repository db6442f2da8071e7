interface Options {
  /** Until the answer begins. */
  limitMs: number;
  idleTimeoutMs: number;
}

interface Listener {
  /** The upstream sent nothing in time. */
  onSilence(): void;
  /** The client read nothing in time. */
  onStall(): void;
  /** The rest of an answer that is held back has taken too long. */
  onLongRest(): void;
}

const restTimeoutMs = 2_000;

/** How long a client may read nothing; generous, because it may only be pausing. */
export function stallTimeoutMsOf(idleTimeoutMs: number): number {
  return 4 * idleTimeoutMs;
}

/** The one timer of an attempt; it starts with the wait for the first byte. */
export class AttemptTimer {
  readonly #listener: Listener;
  readonly #idleTimeoutMs: number;
  #timer: NodeJS.Timeout;
  #isAwaitingBytes = false;

  constructor({ limitMs, idleTimeoutMs }: Options, listener: Listener) {
    this.#listener = listener;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#timer = setTimeout(onSilence, limitMs, listener);
  }

  /** Bytes came, or the client reads again: the next bytes are due. */
  awaitBytes(): void {
    if (this.#isAwaitingBytes) this.#timer.refresh();
    else this.#set(onSilence, this.#idleTimeoutMs);
    this.#isAwaitingBytes = true;
  }

  /** The first token has more time. */
  awaitToken(limitMs: number): void {
    this.#set(onSilence, limitMs);
  }

  /** The client isn't reading: not the upstream's fault, but the gateway doesn't wait forever. */
  awaitReader(): void {
    this.#set(onStall, stallTimeoutMsOf(this.#idleTimeoutMs));
  }

  /** The rest of an error that is held back is due; it should be short. */
  awaitRest(): void {
    this.#set(onLongRest, restTimeoutMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #set(onTime: (listener: Listener) => void, timeoutMs: number): void {
    clearTimeout(this.#timer);
    this.#isAwaitingBytes = false;
    this.#timer = setTimeout(onTime, timeoutMs, this.#listener);
  }
}

const onSilence = (listener: Listener) => listener.onSilence();
const onStall = (listener: Listener) => listener.onStall();
const onLongRest = (listener: Listener) => listener.onLongRest();
