import { expect, test } from 'vitest';
import { hasPassed } from './clock-skew.ts';

test('a period has passed at its last second', () => {
  expect(hasPassed(30, 1000, 1029)).toBe(false);
  expect(hasPassed(30, 1000, 1030)).toBe(true);
});

test('a moment far in the future delays nothing, one within the skew of clocks counts', () => {
  expect(hasPassed(30, 1060, 1000)).toBe(false);
  expect(hasPassed(30, 1061, 1000)).toBe(true);
});
