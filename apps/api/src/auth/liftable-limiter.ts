import type { FailureLimiter } from '@api-monitor/bus';

/** A limiter whose blocks end when access is reset. */
export interface LiftableLimiter extends FailureLimiter {
  /** Forgets every failure and block from before the reset `id`, once; `''` is before any reset. */
  lift(id: string): void;
}

/**
 * Replaces the limiter at each reset by a new one from `create`, which gets the reset's id: other
 * processes that share its sums count under the same id.
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
