import type { SharedSums } from '@api-monitor/bus';
import type { BoardKey } from './board.ts';

/** Counts each key's requests and tokens, minute by minute. */
export interface KeyLimits {
  /** null: the request may go; else the seconds until it may. Counts it where it may. */
  take(key: BoardKey): number | null;
  addTokens(key: BoardKey, tokens: number): void;
  /** Tells the other gateways what was counted here, and learns what was counted there. */
  share(): Promise<void>;
}

interface Count {
  here: number;
  /** Of what is here: what the others know. */
  told: number;
  elsewhere: number;
}

interface Minute {
  index: number;
  requests: Count;
  tokens: Count;
}

/** Clocks of hosts differ a little. */
const sumLifeS = 180;

/**
 * Limits hold over all gateways, nearly: each counts by itself, off the path they tell each other, and
 * what comes in meanwhile may go over a limit. Without the shared sums each goes by its own count, from
 * the next minute on. The master token has no limit.
 */
export function createKeyLimits(nowS: () => number, sums: SharedSums): KeyLimits {
  const minutes = new Map<number, Minute>();

  const minuteOf = (keyId: number): Minute => {
    const index = Math.floor(nowS() / 60);
    const known = minutes.get(keyId);
    if (known?.index === index) return known;
    const minute = { index, requests: newCount(), tokens: newCount() };
    minutes.set(keyId, minute);
    return minute;
  };

  return {
    take(key) {
      if (key.id === null || (key.rpm_limit === null && key.tpm_limit === null)) return null;
      const minute = minuteOf(key.id);
      const isFull =
        sumOf(minute.requests) >= (key.rpm_limit ?? Number.POSITIVE_INFINITY) ||
        sumOf(minute.tokens) >= (key.tpm_limit ?? Number.POSITIVE_INFINITY);
      if (isFull) return Math.max(1, Math.ceil((minute.index + 1) * 60 - nowS()));
      minute.requests.here += 1;
      return null;
    },
    addTokens(key, tokens) {
      if (key.id !== null && key.tpm_limit !== null) minuteOf(key.id).tokens.here += tokens;
    },
    async share() {
      const index = Math.floor(nowS() / 60);
      const counts: { key: string; count: Count; by: number }[] = [];
      for (const [keyId, minute] of minutes) {
        if (minute.index !== index) minutes.delete(keyId);
        else counts.push(...countsOf(keyId, minute));
      }
      if (counts.length === 0) return;
      const totals = await sums.add(counts.map(({ key, by }) => ({ key, by, lifeS: sumLifeS })));
      for (const [at, { count, by }] of counts.entries()) {
        count.told += by;
        count.elsewhere = Math.max(0, (totals[at] ?? 0) - count.told);
      }
    },
  };
}

function newCount(): Count {
  return { here: 0, told: 0, elsewhere: 0 };
}

function sumOf({ here, elsewhere }: Count): number {
  return here + elsewhere;
}

function countsOf(keyId: number, { index, requests, tokens }: Minute) {
  return Object.entries({ requests, tokens }).map(([name, count]) => ({
    key: `key:${keyId}:${name}:${index}`,
    count,
    by: Math.round(count.here) - count.told,
  }));
}
