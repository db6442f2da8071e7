import { isAhead } from '../figures/clock-skew.ts';
import type { Target } from './target.ts';

type Schedule = Pick<Target, 'enabled' | 'interval_min' | 'last_run_at'>;

/**
 * Whether the minute scan starts this target: enabled, and never run or `interval_min` old. A last run
 * in the future is the word of a clock that was wrong, and counts as none.
 */
export function isDue(target: Schedule, nowS: number): boolean {
  const nextRunAt = nextRunAtOf(target);
  if (nextRunAt === null) return false;
  return nextRunAt <= nowS || isAhead(target.last_run_at ?? 0, nowS);
}

/** When the target is next due, in Unix seconds; 0 where it never ran, null where it is disabled. */
export function nextRunAtOf(target: Schedule): number | null {
  if (!target.enabled) return null;
  return target.last_run_at === null ? 0 : target.last_run_at + target.interval_min * 60;
}
