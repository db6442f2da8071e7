import { expect, test } from 'vitest';
import { sumBalances } from './sum-balances.ts';

type Part = Parameters<typeof sumBalances>[0][number];
const key = (amount: number | null, more: Partial<Part> = {}): Part => ({
  ...{ amount, unit: 'USD', at: 100, source: 'new_api', spent_per_day: null, days_left: null },
  ...{ fell_last_day: null, fell_usual_day: null, expires_at: null, ...more },
});

test('the only key’s balance is the channel’s', () => {
  expect(sumBalances([key(5, { days_left: 2, expires_at: 900 })])).toEqual({
    ...{ amount: 5, unit: 'USD', at: 100, source: 'new_api', days_left: 2, expires_at: 900 },
    ...{ fell_last_day: null, fell_usual_day: null },
  });
  expect(sumBalances([])).toBeNull();
});

test('keys with balances of their own are added up, and last as long as all together', () => {
  const keys = [key(5, { spent_per_day: 1, expires_at: 900 }), key(5, { spent_per_day: 4 })];
  expect(sumBalances(keys)).toMatchObject({ amount: 10, days_left: 2, expires_at: 900 });
  expect(sumBalances([key(5), key(null)])).toMatchObject({ amount: null, days_left: null });
  expect(sumBalances([key(-1), key(0)])).toMatchObject({ amount: -1, days_left: 0 });
});

test('what the keys lost is added up if all of it is known', () => {
  const part = (fell_last_day: number | null) => key(5, { fell_last_day, fell_usual_day: 1 });
  expect(sumBalances([part(2), part(3)])).toMatchObject({ fell_last_day: 5, fell_usual_day: 2 });
  expect(sumBalances([part(2), part(null)])).toMatchObject({ fell_last_day: null });
});

test('keys of one account count once', () => {
  const account = (amount: number) => key(amount, { source: 'deepseek', unit: 'CNY' });
  expect(sumBalances([account(100), account(99.5), account(30)])).toMatchObject({ amount: 130 });
});

test('what was told in another unit, or by another endpoint, is left out', () => {
  const old = key(700, { unit: 'quota', at: 1 });
  expect(sumBalances([old, key(5), key(6, { source: 'billing', at: 2 })])).toMatchObject({
    ...{ amount: 5, unit: 'USD' },
  });
});
