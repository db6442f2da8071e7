import { growingTo } from '@api-monitor/core';
import { LRUCache } from 'lru-cache';

/** Far more than the conversations of an hour, because every single request counts as one. */
const sessionLimit = 50_000;
const keptForS = 3600;

/** Where a conversation is: `targetKey` is undefined if the target has only one key. */
export interface ConversationPlace {
  targetId: number;
  targetKey: string | undefined;
  /** Which part of its last input was read from the target's cache, from 0 to 1; absent: not reported. */
  cachedShare?: number | undefined;
}

export type Affinity = ReturnType<typeof createAffinity>;

/**
 * Remembers which target, and which of its keys, a conversation is on, so that the provider's prompt cache keeps helping. A
 * conversation is forgotten after an hour, or earlier if there are too many and it is the oldest.
 */
export function createAffinity(nowS: () => number) {
  const places = new LRUCache<string, ConversationPlace & { usedAt: number }>(
    growingTo(sessionLimit),
  );
  return {
    of(session: string, model: string): ConversationPlace | null {
      const place = places.peek(`${session}\n${model}`);
      return place && nowS() - place.usedAt < keptForS ? place : null;
    },
    keep(session: string, model: string, place: ConversationPlace): void {
      places.set(`${session}\n${model}`, { ...place, usedAt: nowS() });
    },
  };
}
