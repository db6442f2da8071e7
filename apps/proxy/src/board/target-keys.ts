import type { BoardTarget, BoardTargetKey } from './board.ts';
import type { LiveEvidence } from './live-evidence.ts';

/** The key of a target that a request should go to: `isOnly` if no other can serve it. */
export interface KeyWish {
  key: string;
  isOnly: boolean;
}

export type TargetKeys = ReturnType<typeof createTargetKeys>;

/** Chooses which of a target's keys is used: they take turns, and those that rest or fail are passed over. */
export function createTargetKeys(live: Pick<LiveEvidence, 'isKeyUsable' | 'keyRestsUntil'>) {
  /** Where the next turn starts, by target. */
  const turns = new Map<number, number>();

  const isFree = (target: BoardTarget, key: BoardTargetKey, tried: ReadonlySet<BoardTargetKey>) =>
    !tried.has(key) && live.isKeyUsable(target, key);
  const wished = ({ keys }: BoardTarget, wish: KeyWish | undefined) =>
    wish && keys.find(({ hash }) => hash === wish.key);

  /** If no key is free, the first request still tries the one that is free first. */
  const leastResting = (target: BoardTarget): BoardTargetKey | null =>
    target.keys.toSorted(
      (a, b) => live.keyRestsUntil(target, a) - live.keyRestsUntil(target, b),
    )[0] ?? null;

  return {
    /** The key for the next attempt, after those that were tried; null if none is left. */
    next(
      target: BoardTarget,
      wish: KeyWish | undefined,
      tried: ReadonlySet<BoardTargetKey>,
    ): BoardTargetKey | null {
      const own = wished(target, wish);
      if (own && (wish?.isOnly || isFree(target, own, tried))) return tried.has(own) ? null : own;
      const { id, keys } = target;
      const start = turns.get(id) ?? 0;
      for (let step = 0; step < keys.length; step += 1) {
        const at = (start + step) % keys.length;
        const key = keys[at];
        if (!key || !isFree(target, key, tried)) continue;
        turns.set(id, at + 1);
        return key;
      }
      return tried.size === 0 ? leastResting(target) : null;
    },
    /** Whether another key could be tried. */
    hasNext(
      target: BoardTarget,
      wish: KeyWish | undefined,
      tried: ReadonlySet<BoardTargetKey>,
    ): boolean {
      if (target.keys.length < 2 || (wish?.isOnly && wished(target, wish))) return false;
      return target.keys.some((key) => isFree(target, key, tried));
    },
    forget: (targetId: number) => turns.delete(targetId),
  };
}
