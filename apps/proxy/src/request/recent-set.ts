/** A set of texts that forgets those which were not added again for long. */
export interface RecentSet {
  has(text: string): boolean;
  /** Adds the text, or renews it. */
  add(text: string): void;
}

/**
 * Keeps at least the `limit` texts that were added last, and at most twice as many. Two generations
 * instead of an exact order, so that adding a text again mostly takes a look-up and no write.
 */
export function createRecentSet(limit: number): RecentSet {
  let newer = new Set<string>();
  let older = new Set<string>();
  return {
    has: (text) => newer.has(text) || older.has(text),
    add(text) {
      if (newer.has(text)) return;
      if (newer.size === limit) [older, newer] = [newer, new Set()];
      newer.add(text);
    },
  };
}
