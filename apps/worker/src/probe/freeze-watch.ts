import type { ErrorKind } from '@api-monitor/core';

/** Knows when this process was stopped for a while, for example with its virtual machine. */
export interface FreezeWatch {
  /** Called every second. */
  look(): void;
  /** Whether it was frozen after a time in Unix seconds: what timed out since may have been answered. */
  hasFrozenSince(sinceS: number): boolean;
}

/** A busy process may be late by a moment; a frozen one is late by more. */
const longestGapS = 5;

const lostKinds: readonly (ErrorKind | null)[] = ['timeout', 'network'];
/** A host that freezes again and again gets no more tries than this. */
const mostTries = 3;

/** Asks again what was lost while this process was frozen. Returns all results, the one that counts last. */
export async function askAwake<Result>(
  ask: () => Promise<Result>,
  kindOf: (result: Result) => ErrorKind | null,
  { freezes, nowS }: { freezes: FreezeWatch; nowS: () => number },
): Promise<[...Result[], Result]> {
  const lost: Result[] = [];
  for (;;) {
    freezes.look();
    const beganAt = nowS();
    const result = await ask();
    const isLost = lostKinds.includes(kindOf(result)) && freezes.hasFrozenSince(beganAt);
    if (!isLost || lost.length + 1 >= mostTries) return [...lost, result];
    lost.push(result);
  }
}

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
