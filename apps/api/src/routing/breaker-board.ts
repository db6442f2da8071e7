import { type BreakerState, breakerPauseS, hasPassed, type MonitorEvent } from '@api-monitor/core';

/** A breaker that keeps traffic from a channel's model. */
export interface OpenBreaker {
  failures: number;
  error: string | null;
  /** Unix seconds. */
  opened_at: number;
}

/** The breakers of all gateways, as their events tell. */
export interface BreakerBoard {
  /** `provedAt`: when the model's last probe ended; one that passed since closes the breaker. */
  stateOf(targetId: number, model: string, provedAt: number): BreakerState;
  /** Null where none stands open, `provedAt` being when the model's last probe ended. */
  openOf(targetId: number, model: string, provedAt: number): OpenBreaker | null;
  take(event: MonitorEvent): void;
}

/** A gateway that died tells of no breaker's end: the oldest beyond this many are forgotten. */
const breakerLimit = 10_000;

export function createBreakerBoard(nowS: () => number): BreakerBoard {
  const open = new Map<string, OpenBreaker>();
  const keyOf = (targetId: number, model: string) => `${targetId}/${model}`;
  const openOf = (targetId: number, model: string, provedAt: number) => {
    const breaker = open.get(keyOf(targetId, model));
    return breaker && provedAt <= breaker.opened_at ? breaker : null;
  };
  return {
    stateOf(targetId, model, provedAt) {
      const breaker = openOf(targetId, model, provedAt);
      if (!breaker) return 'closed';
      return hasPassed(breakerPauseS, breaker.opened_at, nowS()) ? 'half_open' : 'open';
    },
    openOf,
    take(event) {
      if (event.type !== 'breaker_changed') return;
      const { target_id, model, is_open, consecutive_failures: failures, error } = event.data;
      // Put last anew, so that the first is always the oldest.
      open.delete(keyOf(target_id, model));
      if (is_open) open.set(keyOf(target_id, model), { failures, error, opened_at: nowS() });
      if (open.size > breakerLimit) dropOldest(open);
    },
  };
}

function dropOldest(open: Map<string, unknown>): void {
  for (const key of open.keys()) {
    open.delete(key);
    return;
  }
}
