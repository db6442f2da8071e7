import { isAhead } from '../figures/clock-skew.ts';
import type { Target } from './target.ts';

type Schedule = Pick<Target, 'id' | 'enabled' | 'interval_min' | 'last_run_at'>;

const minuteS = 60;
/** Shares no factor with 60, so that consecutive ids get seconds that are far apart. */
const stride = 37;
/** A scan that comes later than this after a target's second leaves the target to the next minute. */
const turnS = 6;

/**
 * Whether `interval_min` whole minutes have passed since the start of the last run. A target that never
 * ran is due. A last run in the future comes from a wrong clock and counts as missing.
 */
export function isDue(target: Schedule, nowS: number): boolean {
  const nextRunAt = nextRunAtOf(target);
  if (nextRunAt === null) return false;
  return nextRunAt <= nowS || isAhead(target.last_run_at ?? 0, nowS);
}

/** When the target is next due, in Unix seconds; 0 if it never ran, null if it is disabled. */
export function nextRunAtOf(target: Schedule): number | null {
  const { id, enabled, interval_min, last_run_at } = target;
  if (!enabled) return null;
  return last_run_at === null
    ? 0
    : (minuteOf(id, last_run_at) + interval_min) * minuteS + secondOf(id);
}

/**
 * Whether it is a target's second of the minute, at which its scheduled runs start. Many targets that
 * become due together, such as after a restart, thus don't start together. A first run waits for nothing.
 */
export function isTurn({ id, last_run_at }: Schedule, nowS: number): boolean {
  const lateS = nowS - secondOf(id) - minuteOf(id, nowS) * minuteS;
  return last_run_at === null || lateS < turnS;
}

/** The target's second of the minute; the targets of one installation have different ones. */
function secondOf(id: number): number {
  return (id * stride) % minuteS;
}

/** The target's minutes begin at its second. */
function minuteOf(id: number, atS: number): number {
  return Math.floor((atS - secondOf(id)) / minuteS);
}
