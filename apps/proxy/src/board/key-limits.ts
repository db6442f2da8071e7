import type { SharedSums } from '@api-monitor/bus';
import type { BoardKey } from './board.ts';

export type Admission =
  /** Call `settle` when the admitted request ends: it frees what was reserved and counts what was used. */
  | { ok: true; settle: (tokens: number) => void }
  /**
   * `used_up`: nothing is left of this minute. `under_way`: tokens are reserved for requests that haven't
   * ended.
   */
  | { ok: false; fault: 'used_up' | 'under_way'; waitS: number };

interface Count {
  here: number;
  /** How much of `here` the other gateways already know. */
  shared: number;
  elsewhere: number;
}

interface Minute {
  index: number;
  requests: Count;
  tokens: Count;
  /** For requests that haven't ended; carried from minute to minute until they do. */
  reserved: Count;
}

/** What a key has used of the current minute. */
export interface Used {
  key_id: number;
  requests: number;
  tokens: number;
}

/** Clocks of hosts differ a little. */
const sumLifeS = 180;
/** By then, some of the running requests may have ended. */
const reservedWaitS = 5;

const unlimited: Admission = { ok: true, settle: () => {} };

export type KeyLimits = ReturnType<typeof createKeyLimits>;

/**
 * Counts each key's requests and tokens, per minute. Limits apply to all gateways together, but only
 * approximately: each gateway counts by itself and shares its counts outside the request path, so requests
 * that arrive in between may exceed a limit. If the shared sums are unavailable, each gateway uses only
 * its own count from the next minute on. The master token has no limit.
 *
 * An answer's tokens are known only when it has ended, so each request reserves an estimate. If no other
 * request of the key is running, a request is admitted as long as anything of the minute is left;
 * otherwise a large `max_tokens` alone would lock the key out. So a single request may exceed the limit,
 * and so may several whose estimates were too low.
 */
export function createKeyLimits(nowS: () => number, sums: SharedSums) {
  const minutes = new Map<number, Minute>();

  const minuteOf = (keyId: number): Minute => {
    const index = Math.floor(nowS() / 60);
    const known = minutes.get(keyId);
    if (known?.index === index) return known;
    const reserved = countOf(known?.reserved.here ?? 0);
    const minute = { index, requests: countOf(0), tokens: countOf(0), reserved };
    minutes.set(keyId, minute);
    return minute;
  };

  const reserve = (keyId: number, tokens: number) => {
    minuteOf(keyId).reserved.here += tokens;
    let isSettled = false;
    return (used: number) => {
      if (isSettled) return;
      isSettled = true;
      const minute = minuteOf(keyId);
      minute.reserved.here -= tokens;
      minute.tokens.here += used;
    };
  };

  return {
    /** Admits and counts a request, or refuses it. `estimate` returns the tokens that it may use. */
    take(key: BoardKey, estimate: () => number): Admission {
      const { id, rpm_limit, tpm_limit } = key;
      if (id === null || (rpm_limit === null && tpm_limit === null)) return unlimited;
      const { index, requests, tokens, reserved } = minuteOf(id);
      const areRequestsUsed = rpm_limit !== null && sumOf(requests) >= rpm_limit;
      if (areRequestsUsed || (tpm_limit !== null && sumOf(tokens) >= tpm_limit)) {
        const waitS = Math.max(1, Math.ceil((index + 1) * 60 - nowS()));
        return { ok: false, fault: 'used_up', waitS };
      }
      const wanted = tpm_limit === null ? 0 : estimate();
      const isAlone = sumOf(reserved) === 0;
      if (tpm_limit !== null && !isAlone && sumOf(tokens) + sumOf(reserved) + wanted > tpm_limit) {
        return { ok: false, fault: 'under_way', waitS: reservedWaitS };
      }
      requests.here += 1;
      return tpm_limit === null ? unlimited : { ok: true, settle: reserve(id, wanted) };
    },

    /**
     * Continues the minute in which this gateway starts: its keys may have used some of it before.
     * `counted` is by the records, of which the latest may be missing; what other gateways share is more,
     * unless the sums began with this process. Call it once, before the first request.
     */
    async resume(keys: Iterable<BoardKey>, counted: readonly Used[]): Promise<void> {
      const minutesByKey = new Map<number, Minute>();
      for (const { id, rpm_limit, tpm_limit } of keys) {
        if (id === null || (rpm_limit === null && tpm_limit === null)) continue;
        minutesByKey.set(id, minuteOf(id));
      }
      for (const { key_id, requests, tokens } of counted) {
        const minute = minutesByKey.get(key_id);
        if (!minute) continue;
        minute.requests.elsewhere = requests;
        minute.tokens.elsewhere = tokens;
      }
      const counts = [...minutesByKey].flatMap(([id, minute]) => countsOf(id, minute));
      if (counts.length === 0) return;
      const added = (key: string, by: number) => ({ key, by, lifeS: sumLifeS });
      const totals = await sums.add(counts.map(({ key }) => added(key, 0)));
      const missing = counts.flatMap(({ key, count }, at) => {
        const total = Math.max(0, totals[at] ?? 0);
        const by = count.elsewhere - total;
        count.elsewhere = Math.max(count.elsewhere, total);
        return by > 0 ? [added(key, by)] : [];
      });
      if (missing.length > 0) await sums.add(missing);
    },

    /** Sends the other gateways what was counted here, and reads what they counted. */
    async share(): Promise<void> {
      const index = Math.floor(nowS() / 60);
      const counts: { key: string; count: Count; by: number }[] = [];
      for (const [keyId, minute] of minutes) {
        const isOver = minute.index !== index && minute.reserved.here === 0;
        if (isOver) minutes.delete(keyId);
        else counts.push(...countsOf(keyId, minuteOf(keyId)));
      }
      if (counts.length === 0) return;
      const totals = await sums.add(counts.map(({ key, by }) => ({ key, by, lifeS: sumLifeS })));
      for (const [at, { count, by }] of counts.entries()) {
        count.shared += by;
        count.elsewhere = Math.max(0, (totals[at] ?? 0) - count.shared);
      }
    },
  };
}

function countOf(here: number): Count {
  return { here, shared: 0, elsewhere: 0 };
}

function sumOf({ here, elsewhere }: Count): number {
  return here + elsewhere;
}

function countsOf(keyId: number, { index, requests, tokens, reserved }: Minute) {
  return Object.entries({ requests, tokens, reserved }).map(([name, count]) => ({
    key: `key:${keyId}:${name}:${index}`,
    count,
    by: Math.round(count.here) - count.shared,
  }));
}
