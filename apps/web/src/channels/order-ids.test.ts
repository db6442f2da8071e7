import { expect, it } from 'vitest';
import { moveBefore, moveByOne } from './order-ids.ts';

it('moves an id right before another, or to the end', () => {
  expect(moveBefore([1, 2, 3], 3, 1)).toEqual([3, 1, 2]);
  expect(moveBefore([1, 2, 3], 1, null)).toEqual([2, 3, 1]);
  expect(moveBefore([1, 2, 3], 2, 2)).toEqual([1, 2, 3]);
  expect(moveBefore([1, 2, 3], 9, 1)).toEqual([1, 2, 3]);
});

it('moves by one among the visible ids, past the hidden ones', () => {
  const order = [1, 2, 3, 4, 5];
  expect(moveByOne(order, [1, 3, 5], 3, -1)).toEqual([3, 1, 2, 4, 5]);
  expect(moveByOne(order, [1, 3, 5], 3, 1)).toEqual([1, 2, 4, 5, 3]);
  expect(moveByOne(order, [1, 3, 5], 1, -1)).toBe(order);
  expect(moveByOne(order, [1, 3, 5], 5, 1)).toBe(order);
});
