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
  #onTime = onSilence;
  /** Null once it is stopped: then it can't be restarted. */
  #timeoutMs: number | null;

  constructor({ limitMs, idleTimeoutMs }: Options, listener: Listener) {
    this.#listener = listener;
    this.#idleTimeoutMs = idleTimeoutMs;
    const timeoutMs = coarse(limitMs);
    this.#timeoutMs = timeoutMs;
    this.#timer = setTimeout(onSilence, timeoutMs, listener);
  }

  /** Bytes came, or the client reads again: the next bytes are due. */
  awaitBytes(): void {
    this.#set(onSilence, this.#idleTimeoutMs);
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
    this.#timeoutMs = null;
  }

  /** A timer that is only restarted is kept: a stream sets it for every read. */
  #set(onTime: (listener: Listener) => void, ms: number): void {
    const timeoutMs = coarse(ms);
    if (onTime === this.#onTime && timeoutMs === this.#timeoutMs) {
      this.#timer.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#onTime = onTime;
    this.#timeoutMs = timeoutMs;
    this.#timer = setTimeout(onTime, timeoutMs, this.#listener);
  }
}

const coarseMs = 100;

/** Node keeps a list for each duration, so long ones are rounded up: requests of all sizes share a few. */
function coarse(ms: number): number {
  return ms > 10 * coarseMs ? Math.ceil(ms / coarseMs) * coarseMs : ms;
}

const onSilence = (listener: Listener) => listener.onSilence();
const onStall = (listener: Listener) => listener.onStall();
const onLongRest = (listener: Listener) => listener.onLongRest();
