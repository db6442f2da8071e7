import { AppError } from '@api-monitor/core';

/** Blocks an address that failed too often. */
export interface FailureLimiter {
  /** Throws AppError `rate_limited` with the seconds left where the address is blocked. */
  assertAllowed(address: string): void;
  recordFailure(address: string): void;
}

export interface FailureLimits {
  /** How many failures within `windowS` block the address for `blockS`. */
  failures: number;
  windowS: number;
  blockS: number;
}

interface Tally {
  count: number;
  windowEndsAt: number;
  blockedUntil: number;
}

/** Far more addresses than fail within a window in peace; a flood of them drops the oldest. */
const addressLimit = 10_000;

export function createFailureLimiter(limits: FailureLimits, now: () => number): FailureLimiter {
  const tallies = new Map<string, Tally>();

  return {
    assertAllowed(address) {
      const secondsLeft = (tallies.get(address)?.blockedUntil ?? 0) - now();
      if (secondsLeft <= 0) return;
      const minutes = Math.ceil(secondsLeft / 60);
      const message = `too many failed attempts; try again in ${minutes} min`;
      throw new AppError('rate_limited', message, { retryAfterS: secondsLeft });
    },
    recordFailure(address) {
      const nowS = now();
      const known = tallies.get(address);
      const isOver = !known || (known.windowEndsAt <= nowS && known.blockedUntil <= nowS);
      const tally = isOver
        ? { count: 0, windowEndsAt: nowS + limits.windowS, blockedUntil: 0 }
        : known;
      tally.count += 1;
      if (tally.count >= limits.failures) tally.blockedUntil = nowS + limits.blockS;
      tallies.delete(address);
      tallies.set(address, tally);
      if (tallies.size > addressLimit) dropOldest(tallies);
    },
  };
}

function dropOldest(tallies: Map<string, Tally>): void {
  for (const address of tallies.keys()) {
    tallies.delete(address);
    return;
  }
}
