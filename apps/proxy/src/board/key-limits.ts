import type { SharedSums } from '@api-monitor/bus';
import type { BoardKey } from './board.ts';

/** Counts each key's requests and tokens, minute by minute. */
export interface KeyLimits {
  /** Counts the request if it may go. `estimate`: the tokens that it may take; asked if they matter. */
  take(key: BoardKey, estimate: () => number): Admission;
  /** Tells the other gateways what was counted here, and learns what was counted there. */
  share(): Promise<void>;
}

export type Admission =
  /** An admitted request calls `settle` once: it frees what was reserved and counts what was used. */
  | { ok: true; settle: (tokens: number) => void }
  /** `used_up`: in this minute. `under_way`: tokens are reserved for requests that haven't ended. */
  | { ok: false; fault: 'used_up' | 'under_way'; waitS: number };

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
  /** For requests under way; passed on from minute to minute until they end. */
  reserved: Count;
}

/** Clocks of hosts differ a little. */
const sumLifeS = 180;
/** When what is under way may have ended. */
const underWayWaitS = 5;

const unlimited: Admission = { ok: true, settle: () => {} };

/**
 * Limits hold over all gateways, nearly: each counts by itself, off the path they tell each other, and
 * what comes in meanwhile may go over a limit. Without the shared sums each goes by its own count, from
 * the next minute on. The master token has no limit.
 *
 * Tokens are known only when an answer has ended, so a request reserves an estimate. A request that
 * comes while none is under way is admitted if anything of the minute is left: otherwise a large
 * `max_tokens` alone would lock a key out. So one request may exceed the limit, and so may several whose
 * estimates were too low.
 */
export function createKeyLimits(nowS: () => number, sums: SharedSums): KeyLimits {
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
    return (taken: number) => {
      if (isSettled) return;
      isSettled = true;
      const minute = minuteOf(keyId);
      minute.reserved.here -= tokens;
      minute.tokens.here += taken;
    };
  };

  return {
    take(key, estimate) {
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
        return { ok: false, fault: 'under_way', waitS: underWayWaitS };
      }
      requests.here += 1;
      return tpm_limit === null ? unlimited : { ok: true, settle: reserve(id, wanted) };
    },
    async share() {
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
        count.told += by;
        count.elsewhere = Math.max(0, (totals[at] ?? 0) - count.told);
      }
    },
  };
}

function countOf(here: number): Count {
  return { here, told: 0, elsewhere: 0 };
}

function sumOf({ here, elsewhere }: Count): number {
  return here + elsewhere;
}

function countsOf(keyId: number, { index, requests, tokens, reserved }: Minute) {
  return Object.entries({ requests, tokens, reserved }).map(([name, count]) => ({
    key: `key:${keyId}:${name}:${index}`,
    count,
    by: Math.round(count.here) - count.told,
  }));
}
