import type { BalancePoint } from './balance.ts';
import { spendingOf, spentAt } from './spending.ts';

// Browsers import this file, so it must not import zod at run time.

const dayS = 86_400;
/** The present rate is that of the last days. */
const rateOverS = 3 * dayS;
/** A shorter history shows no rate. */
const shortestS = 6 * 3600;

/**
 * For how many days the balance lasts at the rate of the last three days, from the balances of one key,
 * oldest first; null if it isn't known: the key has no limit, spends nothing, or was watched for less than
 * six hours.
 */
export function daysLeft(history: readonly BalancePoint[], nowS: number): number | null {
  const amount = history.at(-1)?.amount ?? null;
  if (amount === null) return null;
  const perDay = spentPerDay(history, nowS);
  if (amount <= 0) return 0;
  return perDay === null || perDay <= 0 ? null : amount / perDay;
}

/** What is spent in a day at the rate of the last three; null if it isn't known. */
export function spentPerDay(history: readonly BalancePoint[], nowS: number): number | null {
  const { points } = spendingOf(history);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  const from = Math.max(first.at, nowS - rateOverS);
  const spanS = last.at - from;
  if (spanS < shortestS) return null;
  return ((last.spent - spentAt(points, from)) / spanS) * dayS;
}

/** Below so many days a balance is low. */
export const lowDays = 3;

/** Whether a balance is low: nothing is left, or what is left won't last for `lowDays`. */
export function isBalanceLow({
  amount,
  days_left,
}: {
  amount: number | null;
  days_left: number | null;
}): boolean {
  if (amount === null) return false;
  return amount <= 0 || (days_left !== null && days_left < lowDays);
}
