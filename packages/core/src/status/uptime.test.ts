import { expect, it } from 'vitest';
import { percentOf, stateOfUptime } from './uptime.ts';

it('a percentage is rounded down, so that one failure never shows as 100 %', () => {
  expect(percentOf(99_999, 100_000)).toBe(99.99);
  expect(percentOf(7, 7)).toBe(100);
  expect(percentOf(0.1 + 0.2, 0.3)).toBe(100);
  expect(percentOf(0.3 - 0.1, 0.2)).toBe(100);
  expect(percentOf(0, 0)).toBeNull();
});

it('an uptime is good from 99 %, and bad below 90 %', () => {
  expect([null, 100, 99, 98.99, 90, 89.99].map(stateOfUptime)).toEqual([
    'unknown',
    'operational',
    'operational',
    'degraded',
    'degraded',
    'outage',
  ]);
});
