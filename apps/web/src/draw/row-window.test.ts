import { expect, it } from 'vitest';
import { maxRowsOf, rowWindow } from './row-window.ts';

const list = { viewportPx: 800, rowPx: 40, count: 20_000 };

it('draws the visible rows and a few more, however long the list is', () => {
  expect(rowWindow({ ...list, scrolledPx: 400_000 })).toEqual({ from: 9988, to: 10_032 });
});

it('starts at the first row and ends at the last', () => {
  expect(rowWindow({ ...list, scrolledPx: -300 })).toEqual({ from: 0, to: 25 });
  expect(rowWindow({ ...list, scrolledPx: 799_600 })).toEqual({ from: 19_978, to: 20_000 });
});

it('stays within a list that has become short or empty', () => {
  expect(rowWindow({ ...list, count: 3, scrolledPx: 400_000 })).toEqual({ from: 2, to: 3 });
  expect(rowWindow({ ...list, count: 0, scrolledPx: 0 })).toEqual({ from: 0, to: 0 });
});

it('never holds more rows than its stated maximum', () => {
  const sizes = Array.from({ length: 400 }, (_, px) => {
    const { from, to } = rowWindow({ ...list, scrolledPx: 4000 + px });
    return to - from;
  });
  expect(Math.max(...sizes)).toBe(maxRowsOf(list));
});
