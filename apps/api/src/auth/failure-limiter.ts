import { AppError } from '@api-monitor/core';

/** Blocks an address that failed too often. Promises, since several processes may share the count. */
export interface FailureLimiter {
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

interface Tally {
  /** The newest failures, oldest first; never more than block. */
  failedAt: number[];
  blockedUntil: number;
}

/** Far more addresses than fail within a window in peace; a flood drops the oldest that are not blocked. */
const addressLimit = 10_000;

export function createFailureLimiter(limits: FailureLimits, now: () => number): FailureLimiter {
  const tallies = new Map<string, Tally>();

  return {
    async assertAllowed(address) {
      const secondsLeft = (tallies.get(address)?.blockedUntil ?? 0) - now();
      if (secondsLeft <= 0) return;
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
    },
  };
}

function dropOldest(tallies: Map<string, Tally>, nowS: number): void {
  const free = tallies.entries().find(([, tally]) => tally.blockedUntil <= nowS);
  const [oldest] = free ?? tallies.entries().next().value ?? [];
  if (oldest !== undefined) tallies.delete(oldest);
}
