import {
  type Breaker,
  breakerOf,
  breakerStateOf,
  type MonitorEvent,
  proofOf,
} from '@api-monitor/core';
import type { ModelStateRow } from '@api-monitor/db';
import { LRUCache } from 'lru-cache';

/** A breaker that keeps traffic from a target's model. */
export interface OpenBreaker {
  failures: number;
  error: string | null;
  /** Unix seconds. */
  opened_at: number;
}

type ProbedState = Pick<
  ModelStateRow,
  'target_id' | 'model' | 'success' | 'error_kind' | 'timestamp'
>;

/** The breakers of all gateways, as their events say. */
export interface BreakerTracker {
  of(targetId: number, model: string): Breaker | null;
  /** null if no breaker is open, or the model's latest probe has closed it. */
  openOf(state: ProbedState): OpenBreaker | null;
  take(event: MonitorEvent): void;
}

/** A gateway that dies never says that its breakers closed: beyond this many the oldest are forgotten. */
const breakerLimit = 10_000;

export function createBreakerTracker(nowS: () => number): BreakerTracker {
  const breakers = new LRUCache<string, Breaker>({ max: breakerLimit });
  const keyOf = (targetId: number, model: string) => `${targetId}/${model}`;
  const of = (targetId: number, model: string) =>
    breakers.size === 0 ? null : (breakers.peek(keyOf(targetId, model)) ?? null);
  return {
    of,
    openOf(state) {
      const breaker = of(state.target_id, state.model);
      if (!breaker || breakerStateOf(breaker, proofOf(state), nowS()) === 'closed') return null;
      const { failures, error, failed_at: opened_at } = breaker;
      return { failures, error, opened_at };
    },
    take(event) {
      if (event.type !== 'breaker_changed') return;
      const { target_id, model } = event.data;
      breakers.set(keyOf(target_id, model), breakerOf(event.data) ?? undefined);
    },
  };
}
