import type { BoardKey } from './board.ts';

/** Counts each key's requests and tokens, minute by minute. */
export interface KeyLimits {
  /** null: the request may go; else the seconds until it may. Counts it where it may. */
  take(key: BoardKey): number | null;
  addTokens(key: BoardKey, tokens: number): void;
}

interface Minute {
  index: number;
  requests: number;
  tokens: number;
}

/** Limits hold in each gateway process by itself. The master token has none. */
export function createKeyLimits(nowS: () => number): KeyLimits {
  const minutes = new Map<number, Minute>();

  const minuteOf = (keyId: number): Minute => {
    const index = Math.floor(nowS() / 60);
    const known = minutes.get(keyId);
    if (known?.index === index) return known;
    const minute = { index, requests: 0, tokens: 0 };
    minutes.set(keyId, minute);
    return minute;
  };

  return {
    take(key) {
      if (key.id === null || (key.rpm_limit === null && key.tpm_limit === null)) return null;
      const minute = minuteOf(key.id);
      const isFull =
        minute.requests >= (key.rpm_limit ?? Number.POSITIVE_INFINITY) ||
        minute.tokens >= (key.tpm_limit ?? Number.POSITIVE_INFINITY);
      if (isFull) return Math.max(1, Math.ceil((minute.index + 1) * 60 - nowS()));
      minute.requests += 1;
      return null;
    },
    addTokens(key, tokens) {
      if (key.id !== null && key.tpm_limit !== null) minuteOf(key.id).tokens += tokens;
    },
  };
}
