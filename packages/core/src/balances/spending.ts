import { isAhead } from '../figures/clock-skew.ts';
import type { BalancePoint, BalanceUnit } from './balance.ts';

// Browsers import this file, so it must not import zod at run time.

/** What was spent up to a time, in Unix seconds, since the first point of a history. */
export interface SpentPoint {
  at: number;
  spent: number;
}

/** What was spent over a history, and what was added to it meanwhile. */
export interface Spending {
  /** Increasing in time; a refund makes the sum smaller. */
  points: readonly SpentPoint[];
  topUps: readonly { at: number; amount: number }[];
}

/** Nobody buys less credit than this at a time. */
const leastTopUp: Record<BalanceUnit, number> = {
  ...{ USD: 1, CNY: 1, other: 1 },
  ...{ tokens: 100_000, quota: 100_000 },
};

/** A refund gives back what was taken in so many points before it; if it is in doubt, in so many more. */
const refundPoints = { top_up: 3, refund: 12 };

/**
 * What was spent, from the balances of one key in the order in which they were told; of those only the latest that have one unit and
 * come from one endpoint, and by one clock. Relays take the most that a request may cost before it, and give back the rest: a
 * rise up to what was taken just before is a refund, a larger one a top-up. Of a key without a limit, what
 * was used counts. `inDoubt`: what a rise is that may be either, because it is as large as a purchase.
 */
export function spendingOf(
  history: readonly BalancePoint[],
  { inDoubt = 'top_up' }: { inDoubt?: 'top_up' | 'refund' } = {},
): Spending {
  const measured = latestOfOneKind(history);
  const points: SpentPoint[] = [];
  const topUps: { at: number; amount: number }[] = [];
  const falls: number[] = [];
  let spent = 0;
  for (const [index, { at, left, unit }] of measured.entries()) {
    const fall = index === 0 ? 0 : (measured[index - 1]?.left ?? left) - left;
    const recentS = falls.slice(-refundPoints[inDoubt]).reduce((sum, one) => sum + one, 0);
    const isPurchase = inDoubt === 'top_up' && -fall >= leastTopUp[unit];
    if (-fall > Math.max(0, recentS) || isPurchase) {
      topUps.push({ at, amount: -fall });
      falls.length = 0;
    } else {
      spent += fall;
      falls.push(fall);
    }
    points.push({ at, spent });
  }
  return { points, topUps };
}

interface Measured {
  at: number;
  left: number;
  unit: BalanceUnit;
}

function latestOfOneKind(history: readonly BalancePoint[]): Measured[] {
  const last = history.at(-1);
  if (!last) return [];
  const isSame = ({ unit, source, amount }: BalancePoint) =>
    unit === last.unit && source === last.source && (amount === null) === (last.amount === null);
  // A clock that was set back would mix what was told before with what was told after.
  const isBeforeReset = ({ at }: BalancePoint, index: number) =>
    isAhead(at, history[index + 1]?.at ?? at);
  const isOther = (point: BalancePoint, index: number) =>
    !isSame(point) || isBeforeReset(point, index);
  const from = history.findLastIndex(isOther) + 1;
  return history.slice(from).flatMap(({ at, amount, used, unit }) => {
    const left = amount ?? (used === null ? null : -used);
    return left === null ? [] : [{ at, left, unit }];
  });
}

/** What had been spent at a time; between two points as if it had been spent evenly. */
export function spentAt(points: readonly SpentPoint[], at: number): number {
  let low = 0;
  let high = points.length - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if ((points[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [points[low - 1], points[low]];
  if (!after) return 0;
  if (!before || after.at <= at) return after.spent;
  const share = (at - before.at) / (after.at - before.at);
  return before.spent + share * (after.spent - before.spent);
}
