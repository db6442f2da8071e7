/** Waits; rejects with the signal's reason if it aborts first. */
export type Pause = (ms: number, signal: AbortSignal) => Promise<void>;

/** How many probes a channel is sent at a time, and when it is left alone. */
export interface Pace {
  /** How many at a time; it only falls. */
  limit(): number;
  /** Does `work` when its turn comes and the channel's rest is over. */
  inTurn<Result>(work: () => Promise<Result>): Promise<Result>;
  /**
   * The channel complained of too many requests when this many were sent at a time: half as many are sent
   * from now on, after a rest. False if the channel has had all the rest that there is time for.
   */
  complain(sentAtOnce: number, restS: number): boolean;
  /** What to remember for the next run; null if nothing was learnt. */
  learnt(mayGrow: boolean): number | null;
}

/** All rests of a run together, so that a channel with a strict limit doesn't hold a run up for an hour. */
const longestRestS = 90;

interface PaceOptions {
  /** The usual limit, and the one that an earlier run has learnt; null: none. */
  usual: number;
  remembered: number | null;
  /** How long the channel is left alone first, because it had too many requests. */
  restS?: number;
  pause: Pause;
  signal: AbortSignal;
}

export function createPace({
  usual,
  remembered,
  restS: firstRestS = 0,
  pause,
  signal,
}: PaceOptions): Pace {
  const start = Math.max(1, Math.min(usual, remembered ?? usual));
  let limit = start;
  let active = 0;
  let restedS = 0;
  let rest = firstRestS > 0 ? pause(firstRestS * 1000, signal).catch(() => {}) : Promise.resolve();
  const waiting: (() => void)[] = [];
  const startNext = () => {
    while (active < limit) {
      const next = waiting.shift();
      if (!next) return;
      active += 1;
      next();
    }
  };
  const resting = async () => {
    for (let known: typeof rest | null = null; known !== rest; ) {
      known = rest;
      await known;
    }
  };
  return {
    limit: () => limit,
    async inTurn(work) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        startNext();
      });
      try {
        await resting();
        return await work();
      } finally {
        active -= 1;
        startNext();
      }
    },
    complain(sentAtOnce, restS) {
      // Those that were under way together complain together; that is one lesson.
      if (sentAtOnce <= limit) limit = Math.max(1, Math.floor(limit / 2));
      if (restedS + restS > longestRestS) return false;
      if (restS === 0) return true;
      restedS += restS;
      const before = rest;
      const added = pause(restS * 1000, signal).catch(() => {});
      rest = Promise.all([before, added]).then(() => {});
      return true;
    },
    learnt(mayGrow) {
      if (limit < start) return limit;
      return mayGrow && start < usual ? start + 1 : null;
    },
  };
}
