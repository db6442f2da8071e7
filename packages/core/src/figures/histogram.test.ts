import { expect, test } from 'vitest';
import {
  addHistogram,
  countValue,
  type Histogram,
  histogramAccuracy,
  percentileOf,
  shareAbove,
  withoutPart,
} from './histogram.ts';

function histogramOf(values: readonly number[]): Histogram {
  const histogram: Histogram = {};
  for (const value of values) countValue(histogram, value);
  return histogram;
}

/** From a millisecond to five minutes, evenly spread on a logarithmic scale, shuffled. */
const values = Array.from(
  { length: 5000 },
  (_, index) => 0.001 * 300_000 ** (((index * 7919) % 5000) / 5000),
);
const inOrder = values.toSorted((a, b) => a - b);

test.each([0.01, 0.5, 0.95, 0.99, 1])('the percentile of %f is exact within 2 percent', (share) => {
  const exact = inOrder[Math.ceil(share * values.length) - 1] ?? 0;
  const told = percentileOf(histogramOf(values), share) ?? 0;
  expect(Math.abs(told - exact) / exact).toBeLessThanOrEqual(histogramAccuracy + 1e-9);
});

test('histograms add up to the histogram of all values', () => {
  const sum: Histogram = {};
  addHistogram(sum, histogramOf(values.slice(0, 2000)));
  addHistogram(sum, histogramOf(values.slice(2000)));
  expect(sum).toEqual(histogramOf(values));
});

test('one value is every percentile, and no value has none', () => {
  const one = histogramOf([0.8]);
  expect(percentileOf(one, 0.5)).toBeCloseTo(0.8, 1);
  expect(percentileOf(one, 0.95)).toBe(percentileOf(one, 0.5));
  expect(percentileOf({}, 0.5)).toBeNull();
});

test('a duration of zero counts as a millisecond', () => {
  expect(percentileOf(histogramOf([0]), 0.5)).toBeCloseTo(0.001, 4);
});

test('the share above a value is that of its buckets, and a part can be taken out again', () => {
  const slow = histogramOf([8, 9, 10]);
  const all = histogramOf([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(shareAbove(all, 7.5)).toBeCloseTo(0.3);
  expect(shareAbove({}, 1)).toBe(0);
  expect(shareAbove(withoutPart(all, slow), 7.5)).toBe(0);
  expect(withoutPart(slow, all)).toEqual({});
});
