import {
  type Breaker,
  breakerOf,
  breakerStateOf,
  type MonitorEvent,
  proofOf,
} from '@api-monitor/core';
import type { ModelStateRow } from '@api-monitor/db';
import { LRUCache } from 'lru-cache';

type ProbedState = Pick<
  ModelStateRow,
  'target_id' | 'model' | 'success' | 'error_kind' | 'timestamp'
>;

/** A gateway that dies never says that its breakers closed: beyond this many the oldest are forgotten. */
const breakerLimit = 10_000;

/** Remembers the breakers of all gateways, as their events say. */
export function createBreakerTracker(nowS: () => number) {
  const breakers = new LRUCache<string, Breaker>({ max: breakerLimit });
  const keyOf = (targetId: number, model: string) => `${targetId}/${model}`;
  const of = (targetId: number, model: string) =>
    breakers.size === 0 ? null : (breakers.peek(keyOf(targetId, model)) ?? null);
  return {
    of,
    /** The breaker that keeps traffic from a model now, in the wire's form; null if none does. */
    openOf(state: ProbedState) {
      const breaker = of(state.target_id, state.model);
      if (!breaker || breakerStateOf(breaker, proofOf(state), nowS()) === 'closed') return null;
      const { failures, error, failed_at: opened_at } = breaker;
      return { failures, error, opened_at };
    },
    take(event: MonitorEvent): void {
      if (event.type !== 'breaker_changed') return;
      const { target_id, model } = event.data;
      breakers.set(keyOf(target_id, model), breakerOf(event.data) ?? undefined);
    },
  };
}
