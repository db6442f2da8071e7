import { expect, test } from 'vitest';
import { BodyBudget } from '../../request/body/read-request-body.ts';
import type { History } from './history.ts';
import { KeptHistories } from './kept-histories.ts';

const historyOf = (bytes: number): History => ({ base: null, lists: [Buffer.alloc(bytes)] });

test('a key keeps a quarter of the memory at most: its oldest history makes room', () => {
  const budget = new BodyBudget(1000);
  const histories = new KeptHistories(budget);
  const first = histories.keep('a', historyOf(150));
  const other = histories.keep('b', historyOf(200));
  const second = histories.keep('a', historyOf(150));
  expect([first, other, second].map((kept) => kept?.history === null)).toEqual([
    true,
    false,
    false,
  ]);
  expect(histories.keep('a', historyOf(251))).toBeNull();
  expect(second?.history).not.toBeNull();
});

test('histories make room for a body, first those of the key that keeps most', () => {
  const budget = new BodyBudget(1000);
  const histories = new KeptHistories(budget);
  const small = histories.keep('a', historyOf(100));
  const large = histories.keep('b', historyOf(200));
  expect(budget.take(800)).toBe(true);
  expect([small?.history === null, large?.history === null]).toEqual([false, true]);
  expect(budget.take(200)).toBe(true);
  expect(small?.history).toBeNull();
  expect(budget.take(1)).toBe(false);
});

test('what is dropped twice is given back once', () => {
  const budget = new BodyBudget(1000);
  const histories = new KeptHistories(budget);
  const kept = histories.keep('a', historyOf(200));
  if (!kept) throw new Error('not kept');
  for (let n = 0; n < 2; n += 1) histories.drop(kept);
  expect(budget.take(1001)).toBe(false);
  expect(budget.take(1000)).toBe(true);
});
