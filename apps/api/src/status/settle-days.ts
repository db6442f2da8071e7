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
  /** The stored sums of the days, oldest first. */
  days: readonly StatusDay[];
  /** Days on which a whole run failed, which the sums don't show. */
  failedDays: ReadonlySet<number>;
  checksIn(window: ChecksWindow): Promise<StatusCheck[]>;
}

/**
 * Adds whole days to the history: days without a failure from their sums, the others check by check, so
 * that the first look at 90 days reads only what went wrong in them. The newest day is always read check
 * by check, because it has the time of the last check.
 */
export async function settleDays(
  before: StatusHistory,
  { days, failedDays, checksIn }: SettledDays,
): Promise<StatusHistory> {
  const byNumber = new Map(days.map((day) => [day.number, day]));
  const numbers = [...new Set([...byNumber.keys(), ...failedDays])].sort((a, b) => a - b);
  const isFlawless = (number: number) =>
    !failedDays.has(number) && (byNumber.get(number)?.share ?? 1) === 1;
  let history = before;
  for (const number of numbers) {
    const day = byNumber.get(number);
    // A run that began before midnight may have failed after it.
    const isGood = isFlawless(number) && isFlawless(number + 1) && number !== numbers.at(-1);
    if (day && isGood && history.state === 'operational') {
      history = addDay(history, day);
      continue;
    }
    const start = number * secondsPerDay;
    const checks = await checksIn({ after: start - 1, until: start + secondsPerDay - 1 });
    // Sums are kept longer than the checks that they count.
    if (checks.length === 0 && day) history = addDay(history, day);
    else history = addChecks(history, checks);
  }
  return history;
}
