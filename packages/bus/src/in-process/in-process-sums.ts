import type { SharedSums } from '../shared-sums.ts';

/** Beyond this many, those that were begun first are forgotten. */
const sumLimit = 20_000;

/** Sums within one process. */
export function createInProcessSums(nowMs: () => number): SharedSums {
  const sums = new Map<string, { sum: number; endsAtMs: number }>();
  return {
    async add(additions) {
      return additions.map(({ key, by, lifeS }) => {
        const now = nowMs();
        const known = sums.get(key);
        const entry =
          known && known.endsAtMs > now ? known : { sum: 0, endsAtMs: now + lifeS * 1000 };
        entry.sum += by;
        if (by !== 0 && entry !== known) {
          sums.delete(key);
          sums.set(key, entry);
          if (sums.size > sumLimit) dropFirst(sums);
        }
        return entry.sum;
      });
    },
  };
}

function dropFirst(sums: Map<string, unknown>): void {
  for (const key of sums.keys()) {
    sums.delete(key);
    return;
  }
}
