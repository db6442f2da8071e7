import {
  addChecks,
  addDay,
  type StatusCheck,
  type StatusDay,
  type StatusHistory,
  secondsPerDay,
} from '@api-monitor/core';
import type { ChecksWindow } from '@api-monitor/db';

export interface SettledDays {
  /** From the stored sums, oldest first. */
  days: readonly StatusDay[];
  checksIn(window: ChecksWindow): Promise<StatusCheck[]>;
}

/**
 * Adds whole days to the history: days without a failure from their sums, the others check by check, so
 * that the first look at 90 days reads only what went wrong in them. The newest day is always read check
 * by check, because it has the time of the last check.
 */
export async function settleDays(
  before: StatusHistory,
  { days, checksIn }: SettledDays,
): Promise<StatusHistory> {
  const byNumber = new Map(days.map((day) => [day.number, day]));
  const isFlawless = (number: number) => byNumber.get(number)?.isFlawless ?? true;
  let history = before;
  for (const day of days) {
    const { number } = day;
    // A run that began before midnight may have failed after it.
    const isGood = day.isFlawless && isFlawless(number + 1) && day !== days.at(-1);
    if (isGood && history.state === 'operational') {
      history = addDay(history, day);
      continue;
    }
    const start = number * secondsPerDay;
    const checks = await checksIn({ after: start - 1, until: start + secondsPerDay - 1 });
    // Sums are kept longer than the checks that they count.
    if (checks.length === 0) history = addDay(history, day);
    else history = addChecks(history, checks);
  }
  return history;
}
