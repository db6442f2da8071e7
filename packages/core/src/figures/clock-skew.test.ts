import { expect, test } from 'vitest';
import { hasPassed } from './clock-skew.ts';

test('a period has passed at its last second', () => {
  expect(hasPassed(30, 1000, 1029)).toBe(false);
  expect(hasPassed(30, 1000, 1030)).toBe(true);
});

test('a time far in the future delays nothing, a time within the clock skew counts', () => {
  expect(hasPassed(30, 1060, 1000)).toBe(false);
  expect(hasPassed(30, 1061, 1000)).toBe(true);
});
