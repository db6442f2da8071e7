import { expect, test } from 'vitest';
import { noUsage } from '../gateway/token-usage.ts';
import { costOf, isFree } from './cost.ts';
import { priceAt } from './model-price.ts';

const usage = { ...noUsage, inputTokens: 1_000_000, outputTokens: 1_000_000 };
const price = { input: 2, output: 8 };

test.each([
  ['no tokens are known', noUsage, price, null],
  ['there is no price', usage, {}, null],
  ['the input has no price', usage, { output: 8 }, null],
  ['the output has no price', usage, { input: 2 }, null],
  ['nothing came out, and output has no price', { ...usage, outputTokens: null }, { input: 2 }, 2],
  ['both have a price', usage, price, 10],
  ['it costs nothing', usage, { input: 0, output: 0 }, 0],
  ['requests cost too', usage, { ...price, request: 0.5 }, 10.5],
  ['only requests cost', noUsage, { request: 0.5 }, 0.5],
])('if %s: %j at %j costs %j', (_, used, at, cost) => {
  expect(costOf(used, at)).toBe(cost);
});

test('a class without a price costs what the class costs that it is part of', () => {
  const parts = {
    cachedInputTokens: 400_000,
    cacheWriteTokens: 200_000,
    cacheWrite1hTokens: 100_000,
  };
  const media = { audioInputTokens: 100_000, imageInputTokens: 100_000, reasoningTokens: 500_000 };
  expect(costOf({ ...usage, ...parts, ...media }, price)).toBeCloseTo(10);
  const written = { ...usage, ...parts };
  expect(costOf(written, { ...price, cache_write: 4 })).toBeCloseTo(8 + 1.6 + 0.8);
});

test('parts that are more than the whole cost no more than the whole', () => {
  const parts = { cachedInputTokens: 5e6, cacheWriteTokens: 5e6, reasoningTokens: 5e6 };
  const media = { audioOutputTokens: 5e6, imageOutputTokens: 5e6, audioInputTokens: 5e6 };
  const rates = {
    ...price,
    cached_input: 1,
    cache_write: 100,
    audio_input: 100,
    audio_output: 100,
  };
  expect(costOf({ ...usage, ...parts, ...media }, rates)).toBe(1 + 8);
});

test('the highest tier that the input exceeds holds for all tokens', () => {
  const tiers = [
    { above: 200_000, input: 4, output: 12 },
    { above: 900_000, input: 8, output: 24 },
  ];
  const at = (inputTokens: number) => costOf({ ...usage, inputTokens }, { ...price, tiers });
  expect(at(200_000)).toBeCloseTo(0.4 + 8);
  expect(at(200_001)).toBeCloseTo(0.800004 + 12);
  expect(at(1_000_000)).toBeCloseTo(8 + 24);
});

test('of prices that hold by date and by the time of the day, the last that holds counts', () => {
  const prices = [
    { input: 1 },
    { input: 2, from: 1000 },
    { input: 3, daily: [80_000, 100] as const },
  ];
  const at = (atS: number) => priceAt(prices, atS)?.input;
  expect([at(99), at(100), at(999), at(1000), at(79_999), at(80_000), at(86_499)]).toEqual([
    ...[3, 1, 1, 2, 2, 3, 3],
  ]);
  expect(
    priceAt(
      [
        { input: 2, from: 1000 },
        { input: 3, from: 2000 },
      ],
      5,
    ),
  ).toBeUndefined();
});

test.each([
  [{ input: 0, output: 0 }, true],
  [{ request: 0 }, true],
  [{ input: 0, output: 0, reasoning: 1 }, false],
  [{ input: 0, output: 0, request: 0.01 }, false],
  [{ input: 0, output: 0, tiers: [{ above: 1000, input: 1, output: 0 }] }, false],
  [{ input: 0 }, false],
  [{}, false],
])('whether %j is free whatever a request’s tokens are: %j', (price, expected) => {
  expect(isFree(price)).toBe(expected);
});
