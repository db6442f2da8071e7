/** Knows when this process was stopped for a while, for example with its virtual machine. */
export interface FreezeWatch {
  /** Called every second. */
  look(): void;
  /** Whether it was frozen after a time in Unix seconds: what timed out since may have been answered. */
  hasFrozenSince(sinceS: number): boolean;
}

/** A busy process may be late by a moment; a frozen one is late by more. */
const longestGapS = 5;

/** A gap between two looks is a freeze. A clock that jumps ahead looks the same, and does no harm. */
export function createFreezeWatch(nowS: () => number): FreezeWatch {
  let lookedAt = nowS();
  let thawedAt = Number.NEGATIVE_INFINITY;
  const look = () => {
    const now = nowS();
    if (now - lookedAt > longestGapS) thawedAt = now;
    lookedAt = now;
  };
  return {
    look,
    hasFrozenSince(sinceS) {
      look();
      return thawedAt > sinceS;
    },
  };
}
