import { expect, test } from 'vitest';
import { createRecentSet } from './recent-set.ts';

const texts = (from: number, count: number) =>
  Array.from({ length: count }, (_, n) => `text ${from + n}`);

test('the texts that were added last are kept, and older ones forgotten', () => {
  const set = createRecentSet(100);
  for (const text of texts(0, 1_000)) set.add(text);
  expect(texts(900, 100).every(set.has)).toBe(true);
  expect(texts(0, 800).some(set.has)).toBe(false);
});

test('a text that is added again and again outlives any number of others', () => {
  const set = createRecentSet(100);
  for (const text of texts(0, 10_000)) {
    set.add('kept');
    set.add(text);
    expect(set.has('kept')).toBe(true);
  }
});
