import { expect, test } from 'vitest';
import type { BalancePoint } from './balance.ts';
import { daysLeft, fallsOf, isBalanceLow } from './days-left.ts';
import { spendingOf, spentAt } from './spending.ts';

const hourS = 3600;
const start = 1_800_000_000;

/** A balance for each of these amounts, so many seconds apart. */
function history(amounts: readonly number[], apartS = hourS, more: Partial<BalancePoint> = {}) {
  return amounts.map((amount, index): BalancePoint => {
    const at = start + index * apartS;
    return { at, amount, unit: 'USD', used: null, source: 'new_api', ...more };
  });
}
const endOf = (points: readonly BalancePoint[]) => points.at(-1)?.at ?? 0;
const spentIn = (points: readonly BalancePoint[]) => spendingOf(points).points.at(-1)?.spent ?? 0;
const left = (points: readonly BalancePoint[]) => daysLeft(points, endOf(points));

test('what falls is spent', () => {
  expect(spentIn(history([10, 9.5, 9.5, 7]))).toBeCloseTo(3);
});

test('a top-up in the middle is neither spent nor given back', () => {
  const topped = spendingOf(history([3, 2, 1.5, 21, 20]));
  expect(topped.topUps).toEqual([{ at: start + 3 * hourS, amount: 19.5 }]);
  expect(topped.points.at(-1)?.spent).toBeCloseTo(2.5);
});

test('a small top-up is one, however much was spent before', () => {
  expect(spendingOf(history([9, 4, 6])).topUps).toHaveLength(1);
  expect(spendingOf(history([9, 4, 6]), { inDoubt: 'refund' }).topUps).toEqual([]);
  expect(spendingOf(history([9, 4, 9.5]), { inDoubt: 'refund' }).topUps).toHaveLength(1);
});

test('a refund of what a request took in advance was never spent', () => {
  const points = history([10, 9.4, 9.9, 9.3, 9.8]);
  expect(spendingOf(points).topUps).toEqual([]);
  expect(spentIn(points)).toBeCloseTo(0.2);
});

test('a rise before anything was spent is a top-up', () => {
  expect(spendingOf(history([1, 1.5])).topUps).toHaveLength(1);
});

test('after a change of the unit or of the endpoint the history begins again', () => {
  const yuan = history([72, 71]).map((point) => ({ ...point, unit: 'CNY' as const }));
  const later = yuan.map((point) => ({ ...point, at: point.at + 10 * hourS }));
  const changed = spendingOf([...history([10, 9]), ...later]);
  expect(changed.topUps).toEqual([]);
  expect(changed.points.map(({ spent }) => spent)).toEqual([0, 1]);
});

test('what was told before a clock was set back isn’t mixed with what was told after', () => {
  const [before, after] = [history([10, 9, 8, 7]), history([6.5, 6])];
  const later = after.map((point) => ({ ...point, at: point.at + hourS / 2 }));
  expect(spentIn([...before, ...later])).toBeCloseTo(0.5);
  const skewed = history([10, 9, 8], 30).map((point, index) => ({
    ...point,
    at: start - 30 * index,
  }));
  expect(spentIn(skewed)).toBe(2);
});

test('of a key without a limit, what was used is spent', () => {
  const points = [5, 6, 8].map((used, index): BalancePoint => {
    const at = start + index * hourS;
    return { at, amount: null, unit: 'USD', used, source: 'new_api' };
  });
  expect(spentIn(points)).toBe(3);
  expect(left(points)).toBeNull();
});

test('between two points as much was spent as time had passed', () => {
  const { points } = spendingOf(history([10, 8, 7]));
  expect([0, 0.5, 1, 1.5, 2, 9].map((hours) => spentAt(points, start + hours * hourS))).toEqual([
    0, 1, 2, 2.5, 3, 3,
  ]);
  expect(spentAt([], start)).toBe(0);
});

test.each<[string, BalancePoint[], number | null]>([
  ['nothing is known', [], null],
  ['it was watched for an hour', history([10, 9]), null],
  ['it is constant', history(Array(30).fill(10)), null],
  ['it falls by a dollar an hour', history([20, 19, 18, 17, 16, 15, 14, 13, 12]), 0.5],
  ['it is empty', history([6, 5, 4, 3, 2, 1, 0]), 0],
  ['it is below nothing', history([3, 2, 1, 0, -1, -2, -3, -4]), 0],
  ['it is empty and was watched for an hour', history([0, 0]), 0],
  ['there was a top-up', history([3, 2, 1, 97, 96, 95, 94, 93]), 93 / ((6 / 7) * 24)],
])('days left if %s', (_, points, expected) => {
  const days = left(points);
  if (expected === null) expect(days).toBeNull();
  else expect(days).toBeCloseTo(expected);
});

test('the rate is that of the last three days', () => {
  const busy = Array.from({ length: 8 }, (_, day) => 1000 - day * 100);
  const calm = Array.from({ length: 4 }, (_, day) => 300 - (day + 1) * 10);
  expect(left(history([...busy, ...calm], 24 * hourS))).toBeCloseTo(26);
});

test('noise of a cent doesn’t hide the rate', () => {
  const noisy = Array.from({ length: 145 }, (_, index) => {
    const cents = Math.round((100 - index * 0.1) * 100 + (index % 3) - 1);
    return cents / 100;
  });
  expect(left(history(noisy, 1800))).toBeCloseTo(85.6 / 4.8, 1);
});

test('the fall of the last day is compared with the usual one', () => {
  const calm = Array.from({ length: 9 * 24 }, (_, hours) => 200 - hours * 0.1);
  const busy = Array.from({ length: 24 }, (_, hours) => 178.4 - (hours + 1) * 0.5);
  const points = history([...calm, ...busy]);
  const falls = fallsOf(points, endOf(points));
  expect(falls.fell_last_day).toBeCloseTo(12, 0);
  expect(falls.fell_usual_day).toBeCloseTo(2.4);
  expect(fallsOf([], start)).toEqual({ fell_last_day: null, fell_usual_day: null });
  expect(fallsOf(history([3, 2]), start + hourS)).toMatchObject({ fell_last_day: null });
  const short = history(Array.from({ length: 20 }, (_, hours) => 50 - hours));
  expect(fallsOf(short, endOf(short))).toEqual({ fell_last_day: 19, fell_usual_day: null });
});

test('a balance is low if it is empty, below what people want, or won’t last', () => {
  const rules = { balance_below: 1, balance_days: 3 };
  const isLow = (amount: number | null, days_left: number | null) =>
    isBalanceLow({ amount, days_left }, rules);
  expect(isLow(5, 2.9)).toBe(true);
  expect(isLow(5, 3)).toBe(false);
  expect(isLow(1, null)).toBe(true);
  expect(isLow(5, null)).toBe(false);
  expect(isLow(null, null)).toBe(false);
  const off = { balance_below: 0, balance_days: 0 };
  expect(isBalanceLow({ amount: 0, days_left: 0 }, off)).toBe(true);
  expect(isBalanceLow({ amount: 0.5, days_left: 0.1 }, off)).toBe(false);
});
