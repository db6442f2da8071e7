import { type BreakerState, breakerPauseS, type MonitorEvent } from '@api-monitor/core';

/** The breakers of all gateways, as their events tell. */
export interface BreakerBoard {
  /** `provedAt`: when the model's last probe ended; one that passed since closes the breaker. */
  stateOf(targetId: number, model: string, provedAt: number): BreakerState;
  take(event: MonitorEvent): void;
}

/** A gateway that died tells of no breaker's end: the oldest beyond this many are forgotten. */
const breakerLimit = 10_000;

export function createBreakerBoard(nowS: () => number): BreakerBoard {
  const openedAt = new Map<string, number>();
  const keyOf = (targetId: number, model: string) => `${targetId}/${model}`;
  return {
    stateOf(targetId, model, provedAt) {
      const since = openedAt.get(keyOf(targetId, model));
      if (since === undefined || provedAt > since) return 'closed';
      return nowS() < since + breakerPauseS ? 'open' : 'half_open';
    },
    take(event) {
      if (event.type !== 'breaker_changed') return;
      const { target_id, model, is_open } = event.data;
      // Put last anew, so that the first is always the oldest.
      openedAt.delete(keyOf(target_id, model));
      if (is_open) openedAt.set(keyOf(target_id, model), nowS());
      if (openedAt.size > breakerLimit) dropOldest(openedAt);
    },
  };
}

function dropOldest(openedAt: Map<string, number>): void {
  for (const key of openedAt.keys()) {
    openedAt.delete(key);
    return;
  }
}
