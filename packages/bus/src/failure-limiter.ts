import { AppError, growingTo } from '@api-monitor/core';
import { LRUCache } from 'lru-cache';
import type { SharedSums } from './bus.ts';

/** Blocks an address that failed too often. */
export interface FailureLimiter {
  /** How long the address stays blocked, in seconds; 0 if it isn't. */
  blockedForS(address: string): number;
  /** Rejects with AppError `rate_limited` and the seconds left if the address is blocked. */
  assertAllowed(address: string): Promise<void>;
  recordFailure(address: string): Promise<void>;
}

export interface FailureLimits {
  /** This many failures within `windowS` block the address for `blockS`. */
  failures: number;
  windowS: number;
  blockS: number;
}

/** How often one address may guess tokens and keys. */
export const guessLimits: FailureLimits = { failures: 30, windowS: 60, blockS: 600 };
/** For guesses of the API token, which is checked in several places. */
export const badTokens = { name: 'bad-tokens', limits: guessLimits };

/** Far more addresses than fail within a window normally. */
const addressLimit = 10_000;

interface Options {
  /** The name of this limiter's sums, the same in every process. */
  name: string;
  limits: FailureLimits;
  sums: SharedSums;
  /** Unix seconds. */
  now: () => number;
}

/**
 * Counts failures in this process, and in all processes that share the sums: an address with too many
 * in total is blocked here after its next failure here. If the sums can't be reached, only this
 * process's own count applies.
 */
export function createFailureLimiter({ name, limits, sums, now }: Options): FailureLimiter {
  // Two caches, so that a flood of failing addresses doesn't lift blocks.
  const failedAt = new LRUCache<string, number[]>(growingTo(addressLimit));
  const blockedUntil = new LRUCache<string, number>(growingTo(addressLimit));
  const block = (address: string) => blockedUntil.set(address, now() + limits.blockS);

  const share = async (address: string) => {
    const blocks = { key: `${name}:blocked:${address}`, lifeS: limits.blockS };
    const [failures = 0, blocked = 0] = await sums.add([
      { key: `${name}:failed:${address}`, by: 1, lifeS: limits.windowS },
      { ...blocks, by: 0 },
    ]);
    if (failures < limits.failures && blocked === 0) return;
    block(address);
    if (blocked === 0) await sums.add([{ ...blocks, by: 1 }]);
  };

  const blockedForS = (address: string) => Math.max(0, (blockedUntil.get(address) ?? 0) - now());

  return {
    blockedForS,
    async assertAllowed(address) {
      const secondsLeft = blockedForS(address);
      if (secondsLeft === 0) return;
      const minutes = Math.ceil(secondsLeft / 60);
      const message = `too many failed attempts; try again in ${minutes} min`;
      throw new AppError('rate_limited', message, { retryAfterS: secondsLeft });
    },
    async recordFailure(address) {
      const since = now() - limits.windowS;
      const recent = (failedAt.get(address) ?? []).filter((at) => at > since);
      const failures = [...recent, now()].slice(-limits.failures);
      failedAt.set(address, failures);
      if (failures.length === limits.failures) block(address);
      // The bus itself reports that it can't reach Redis.
      await share(address).catch(() => {});
    },
  };
}
