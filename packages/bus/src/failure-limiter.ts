import { AppError } from '@api-monitor/core';
import type { SharedSums } from './bus.ts';

/** Blocks an address that failed too often. */
export interface FailureLimiter {
  /** How long the address stays blocked, in seconds; 0 if it isn't. */
  blockedForS(address: string): number;
  /** Rejects with AppError `rate_limited` with the seconds left where the address is blocked. */
  assertAllowed(address: string): Promise<void>;
  recordFailure(address: string): Promise<void>;
}

export interface FailureLimits {
  /** How many failures within `windowS` block the address for `blockS`. */
  failures: number;
  windowS: number;
  blockS: number;
}

/** What one address may guess of tokens and keys. */
export const guessLimits: FailureLimits = { failures: 30, windowS: 60, blockS: 600 };
/** The count of guesses of the API token, which is asked for in several places. */
export const badTokens = { name: 'bad-tokens', limits: guessLimits };

interface Tally {
  /** The newest failures, oldest first; never more than block. */
  failedAt: number[];
  blockedUntil: number;
}

/** Far more addresses than fail within a window in peace; a flood drops the oldest that are not blocked. */
const addressLimit = 10_000;

interface Options {
  /** What the sums of this limiter are known by in every process. */
  name: string;
  limits: FailureLimits;
  sums: SharedSums;
  /** Unix seconds. */
  now: () => number;
}

/**
 * Counts by itself, and together with the others that share the sums: an address that failed too often
 * in all is blocked here from its next failure here on. Without the sums each goes by its own count.
 */
export function createFailureLimiter({ name, limits, sums, now }: Options): FailureLimiter {
  const tallies = new Map<string, Tally>();

  const share = async (address: string) => {
    const blocks = { key: `${name}:blocked:${address}`, lifeS: limits.blockS };
    const [failures = 0, blocked = 0] = await sums.add([
      { key: `${name}:failed:${address}`, by: 1, lifeS: limits.windowS },
      { ...blocks, by: 0 },
    ]);
    if (failures < limits.failures && blocked === 0) return;
    const tally = tallies.get(address);
    if (tally) tally.blockedUntil = Math.max(tally.blockedUntil, now() + limits.blockS);
    if (blocked === 0) await sums.add([{ ...blocks, by: 1 }]);
  };

  const blockedForS = (address: string) =>
    Math.max(0, (tallies.get(address)?.blockedUntil ?? 0) - now());

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
      const nowS = now();
      const known = tallies.get(address);
      const recent = (known?.failedAt ?? []).filter((at) => at > nowS - limits.windowS);
      const failedAt = [...recent, nowS].slice(-limits.failures);
      const isOver = failedAt.length === limits.failures;
      const blockedUntil = isOver ? nowS + limits.blockS : (known?.blockedUntil ?? 0);
      tallies.delete(address);
      tallies.set(address, { failedAt, blockedUntil });
      if (tallies.size > addressLimit) dropOldest(tallies, nowS);
      // Out of reach, they are told of by the bus itself.
      await share(address).catch(() => {});
    },
  };
}

function dropOldest(tallies: Map<string, Tally>, nowS: number): void {
  const free = tallies.entries().find(([, tally]) => tally.blockedUntil <= nowS);
  const [oldest] = free ?? tallies.entries().next().value ?? [];
  if (oldest !== undefined) tallies.delete(oldest);
}
