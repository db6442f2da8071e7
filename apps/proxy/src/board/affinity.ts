import { growingTo } from '@api-monitor/core';
import { LRUCache } from 'lru-cache';

/** Far more than the conversations of an hour, because every single request counts as one. */
const sessionLimit = 50_000;
const keptForS = 3600;

export type Affinity = ReturnType<typeof createAffinity>;

/**
 * Remembers which target a conversation is on, so that the provider's prompt cache keeps helping. A
 * conversation is forgotten after an hour, or earlier if there are too many and it is the oldest.
 */
export function createAffinity(nowS: () => number) {
  const places = new LRUCache<string, { targetId: number; usedAt: number }>(
    growingTo(sessionLimit),
  );
  return {
    of(session: string, model: string): number | null {
      const place = places.peek(`${session}\n${model}`);
      return place && nowS() - place.usedAt < keptForS ? place.targetId : null;
    },
    keep(session: string, model: string, targetId: number): void {
      places.set(`${session}\n${model}`, { targetId, usedAt: nowS() });
    },
  };
}
