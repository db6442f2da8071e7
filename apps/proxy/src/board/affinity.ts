/** Which channel a conversation is on, so that the provider's prompt cache goes on helping. */
export interface Affinity {
  of(session: string, model: string): number | null;
  keep(session: string, model: string, targetId: number): void;
}

const sessionLimit = 10_000;
const keptForS = 3600;

/** The newest conversations; those of an hour ago, and the oldest beyond the limit, are forgotten. */
export function createAffinity(nowS: () => number): Affinity {
  const places = new Map<string, { targetId: number; usedAt: number }>();
  return {
    of(session, model) {
      const place = places.get(`${session}\n${model}`);
      return place && nowS() - place.usedAt < keptForS ? place.targetId : null;
    },
    keep(session, model, targetId) {
      const key = `${session}\n${model}`;
      // Put last anew, so that the first is always the one that was used longest ago.
      places.delete(key);
      places.set(key, { targetId, usedAt: nowS() });
      if (places.size <= sessionLimit) return;
      for (const oldest of places.keys()) {
        places.delete(oldest);
        return;
      }
    },
  };
}
