import type { Target } from './target.ts';

type Schedule = Pick<Target, 'enabled' | 'interval_min' | 'last_run_at'>;

/** Whether the minute scan starts this target: enabled, and never run or `interval_min` old. */
export function isDue(target: Schedule, nowS: number): boolean {
  const nextRunAt = nextRunAtOf(target);
  return nextRunAt !== null && nextRunAt <= nowS;
}

/** When the target is next due, in Unix seconds; 0 where it never ran, null where it is disabled. */
export function nextRunAtOf(target: Schedule): number | null {
  if (!target.enabled) return null;
  return target.last_run_at === null ? 0 : target.last_run_at + target.interval_min * 60;
}
