import { expect, test } from 'vitest';
import { retryAfterOf } from './retry-after.ts';

const nowS = Date.UTC(2026, 10, 28, 6) / 1000;

test.each<[Record<string, string>, number | null]>([
  [{}, null],
  [{ 'retry-after': '7' }, 7],
  [{ 'retry-after': ' 0.5 ' }, 0.5],
  [{ 'retry-after': '7', 'retry-after-ms': '250' }, 0.25],
  [{ 'retry-after': '7', 'retry-after-ms': 'soon' }, 7],
  [{ 'retry-after': 'Sat, 28 Nov 2026 06:00:30 GMT' }, 30],
  [{ 'retry-after': 'Sat, 28 Nov 2026 05:00:00 GMT' }, 0],
  [{ 'retry-after': 'in a minute' }, null],
  [{ 'retry-after': '-5' }, null],
])('%j', (headers, expected) => {
  const told = retryAfterOf(headers, nowS);
  expect(told).toBe(expected);
});
