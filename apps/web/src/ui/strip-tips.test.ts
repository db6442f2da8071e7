import { expect, it } from 'vitest';
import { indexAt } from './strip-tips.ts';

it('finds the bar under a position', () => {
  expect(indexAt(0.999, 30, 2)).toBe(1);
  expect(indexAt(28.5 / 30, 30, 2)).toBe(0);
  expect(indexAt(0.5, 30, 2)).toBeNull();
  expect(indexAt(0, 30, 30)).toBe(0);
  expect(indexAt(1.2, 30, 30)).toBe(29);
});
