import { expect, test } from 'vitest';
import { BodyBudget } from '../request/body/read-request-body.ts';
import { HeldBytes } from './held-bytes.ts';

test('what is held is bounded, by itself and by the budget of all', () => {
  const budget = new BodyBudget(100_000);
  const [first, second] = [new HeldBytes(budget), new HeldBytes(budget)];
  expect(first.add(Buffer.alloc(60_000))).toBe(true);
  expect(first.add(Buffer.alloc(6_000))).toBe(false);
  expect(second.add(Buffer.alloc(30_000))).toBe(true);
  expect(second.add(Buffer.alloc(30_000))).toBe(false);
});

test('all of it is given back, and goes out in one piece', () => {
  const budget = new BodyBudget(100);
  const held = new HeldBytes(budget);
  for (const text of ['I ', 'am ', 'm.']) held.add(Buffer.from(text));
  held.add(Buffer.alloc(200, 'x'));
  expect(held.release()?.toString()).toBe(`I am m.${'x'.repeat(200)}`);
  expect(held.release()).toBeNull();
  expect(budget.take(100)).toBe(true);
});
