import type { BalancePoint } from './balance.ts';
import { spendingOf, spentAt } from './spending.ts';

// Browsers import this file, so it must not import zod at run time.

const dayS = 86_400;
/** The present rate is that of the last days. */
const rateOverS = 3 * dayS;
/** What is usual is that of the week before. */
const usualOverS = 7 * dayS;
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

/** What was spent within the last day, and in a day of the week before it; null if it isn't known. */
export interface Falls {
  fell_last_day: number | null;
  fell_usual_day: number | null;
}

/** From the balances of one key, oldest first. */
export function fallsOf(history: readonly BalancePoint[], nowS: number): Falls {
  const { points } = spendingOf(history);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return { fell_last_day: null, fell_usual_day: null };
  const yesterday = nowS - dayS;
  const from = Math.max(first.at, yesterday - usualOverS);
  const spentBefore = spentAt(points, yesterday);
  const usualS = yesterday - from;
  return {
    fell_last_day: nowS - first.at < shortestS ? null : last.spent - spentBefore,
    fell_usual_day: usualS < dayS ? null : ((spentBefore - spentAt(points, from)) / usualS) * dayS,
  };
}

/** How much history the figures of this file take. */
export const rateHistoryS = usualOverS + dayS;

/** When a balance counts as low, as the rules of alerts have it; 0: never. */
interface LowRules {
  balance_below: number;
  balance_days: number;
}

/** Whether a balance is low: nothing is left, or less than people want, or it won't last. */
export function isBalanceLow(
  { amount, days_left }: { amount: number | null; days_left: number | null },
  { balance_below, balance_days }: LowRules,
): boolean {
  if (amount === null) return false;
  const isLittle = amount <= Math.max(0, balance_below);
  return isLittle || (days_left !== null && days_left < balance_days);
}
