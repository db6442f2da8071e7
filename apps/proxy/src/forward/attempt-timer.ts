export interface AttemptTimer {
  /** The answer has begun, or the client reads on: the next bytes are due. */
  awaitBytes(): void;
  /** They came; the next are due. */
  bytesCame(): void;
  /** The client reads nothing: no fault of the upstream, but no reason to wait for ever. */
  awaitReader(): void;
  /** What still comes of an answer that is held back, for an error needs neither long nor much. */
  awaitRest(onLong: () => void): void;
  stop(): void;
}

interface Options {
  firstByteTimeoutMs: number;
  idleTimeoutMs: number;
  /** The upstream sent nothing in time. */
  onSilence: () => void;
  /** The client read nothing in time. */
  onStall: () => void;
}

const restTimeoutMs = 2_000;

/** How long a client may read nothing: the wait may be the reader's own pause, not a lost connection. */
export function stallTimeoutMsOf(idleTimeoutMs: number): number {
  return 4 * idleTimeoutMs;
}

/** The one timer of an attempt; it begins with the wait for the first byte. */
export function createAttemptTimer(options: Options): AttemptTimer {
  const { firstByteTimeoutMs, idleTimeoutMs, onSilence, onStall } = options;
  let timer = setTimeout(onSilence, firstByteTimeoutMs);
  const set = (onTime: () => void, timeoutMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(onTime, timeoutMs);
  };
  return {
    awaitBytes: () => set(onSilence, idleTimeoutMs),
    bytesCame: () => void timer.refresh(),
    awaitReader: () => set(onStall, stallTimeoutMsOf(idleTimeoutMs)),
    awaitRest: (onLong) => set(onLong, restTimeoutMs),
    stop: () => clearTimeout(timer),
  };
}
