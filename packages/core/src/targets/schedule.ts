import { hasPassed, isAhead } from '../figures/clock-skew.ts';
import type { Target } from './target.ts';

type Schedule = Pick<Target, 'enabled' | 'interval_min' | 'last_run_at'>;

/**
 * Whether the minute scan starts this target: it is enabled, and its last run is missing or `interval_min`
 * old. A last run in the future comes from a wrong clock and counts as missing.
 */
export function isDue(target: Schedule, nowS: number): boolean {
  const nextRunAt = nextRunAtOf(target);
  if (nextRunAt === null) return false;
  return nextRunAt <= nowS || isAhead(target.last_run_at ?? 0, nowS);
}

/** When the target is next due, in Unix seconds; 0 if it never ran, null if it is disabled. */
export function nextRunAtOf(target: Schedule): number | null {
  if (!target.enabled) return null;
  return target.last_run_at === null ? 0 : target.last_run_at + target.interval_min * 60;
}

interface FailingModel {
  /** When the latest probe ended. */
  timestamp: number;
  /** When the first of the failed probes in a row ended. */
  state_since: number;
}

const shortestPauseS = 30;

/**
 * Whether a model that failed live traffic is due for a probe ahead of the schedule: after half a minute,
 * then whenever the time since its first failure has doubled, so that its recovery is noticed soon.
 */
export function isRecheckDue({ timestamp, state_since }: FailingModel, nowS: number): boolean {
  return hasPassed(Math.max(shortestPauseS, timestamp - state_since), timestamp, nowS);
}
