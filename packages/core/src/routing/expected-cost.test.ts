import { expect, test } from 'vitest';
import { noBudgets } from '../budgets/budget-limit.ts';
import type { EffectivePrice } from '../money/effective-price.ts';
import type { ModelPrice } from '../money/model-price.ts';
import { expectedCost, faultOfPrice, noDemands, priceDemandsOf } from './expected-cost.ts';

const price: EffectivePrice = {
  prices: [
    {
      ...{ input: 3, output: 15, cached_input: 0.3, cache_write: 3.75 },
      tiers: [{ above: 200_000, input: 6, output: 22.5 }],
    },
  ],
  ...{ source: 'table', multiplier: 1 },
};
const size = { inputTokens: 100_000, outputTokens: 1_000 };
const nowS = 1_800_000_000;

test('a request costs what its input and its answer cost', () => {
  expect(expectedCost(price, 1, { ...size, cached: null }, nowS)).toBeCloseTo(0.315, 9);
  const long = { ...size, inputTokens: 300_000, cached: null };
  expect(expectedCost(price, 1, long, nowS)).toBeCloseTo(1.8225, 9);
  expect(expectedCost(null, 1, { ...size, cached: null }, nowS)).toBeNull();
});

test('a conversation is cheaper where its beginning is cached, and dearer elsewhere', () => {
  const cached = { targetId: 1, share: 0.9 };
  expect(expectedCost(price, 1, { ...size, cached }, nowS)).toBeCloseTo(0.027 + 0.03 + 0.015, 9);
  expect(expectedCost(price, 2, { ...size, cached }, nowS)).toBeCloseTo(0.3375 + 0.03 + 0.015, 9);
});

test('a ceiling counts for the tier that the request reaches', () => {
  const demands = { maxPrice: 15, mustBeKnown: true };
  const fault = (of: EffectivePrice | null, inputTokens: number) =>
    faultOfPrice(of, demands, { route: 'chat', inputTokens }, nowS);
  expect(fault(price, 100_000)).toBeNull();
  expect(fault(price, 300_000)).toBe('too_expensive');
  expect(fault(null, 0)).toBe('price_unknown');
});

test('what an answer may not report must have a price by the request', () => {
  const fault = (given: ModelPrice, mustBeKnown = true) =>
    faultOfPrice(
      { ...price, prices: [given] },
      { maxPrice: 15, mustBeKnown },
      { route: 'speech', inputTokens: 0 },
      nowS,
    );
  expect(fault({ input: 3, output: 12 })).toBe('price_unknown');
  expect(fault({ input: 3, output: 12, request: 0.1 })).toBe('price_unknown');
  expect(fault({ input: 3, output: 12 }, false)).toBeNull();
  expect(fault({ request: 0.015 })).toBeNull();
  expect(fault({ input: 0, output: 0 })).toBeNull();
});

test('a key that counts money needs known prices, unless it says otherwise', () => {
  const key = { ...noBudgets, max_price: null, allow_unpriced: false };
  expect(priceDemandsOf(key)).toEqual(noDemands);
  expect(priceDemandsOf({ ...key, tokens_per_day: 1 })).toEqual(noDemands);
  expect(priceDemandsOf({ ...key, max_price: 3 })).toEqual({ maxPrice: 3, mustBeKnown: true });
  const budget = { ...key, cost_per_month: 10 };
  expect(priceDemandsOf(budget)).toEqual({ maxPrice: null, mustBeKnown: true });
  expect(priceDemandsOf({ ...budget, allow_unpriced: true })).toEqual(noDemands);
});
