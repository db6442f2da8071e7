import type { FailureLimiter } from '@api-monitor/bus';

/** A limiter whose blocks end when access is reset (`npm run admin:reset`). */
export interface LiftableLimiter extends FailureLimiter {
  /** Forgets, once, every failure and block from before the reset `id`; `''` is before any reset. */
  lift(id: string): void;
}

/**
 * Replaces the limiter at each reset with a new one from `create`, which gets the reset's id, so that
 * processes that share its sums keep counting together.
 */
export function createLiftableLimiter(
  resetId: string,
  create: (resetId: string) => FailureLimiter,
): LiftableLimiter {
  let current = { resetId, limiter: create(resetId) };
  return {
    blockedForS: (address) => current.limiter.blockedForS(address),
    assertAllowed: (address) => current.limiter.assertAllowed(address),
    recordFailure: (address) => current.limiter.recordFailure(address),
    lift(id) {
      if (id !== current.resetId) current = { resetId: id, limiter: create(id) };
    },
  };
}
