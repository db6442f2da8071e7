import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurns } from './turns.ts';

test('what is asked at once is done one after the other, whatever fails', async () => {
  const turns = createTurns(10);
  let [running, most] = [0, 0];
  const work = async (name: string) => {
    running += 1;
    most = Math.max(most, running);
    await nextTurn();
    running -= 1;
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const done = await Promise.allSettled(
    ['a', 'b', 'c'].map((name) => turns.take(() => work(name))),
  );
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(most).toBe(1);
});

test('beyond those that may wait, one is sent away, and may come again', async () => {
  const turns = createTurns(2);
  const both = Promise.all([turns.take(() => nextTurn(1)), turns.take(() => nextTurn(2))]);
  await expect(turns.take(() => nextTurn(3))).rejects.toThrow('too many at once');
  expect(await both).toEqual([1, 2]);
  expect(await turns.take(() => nextTurn(3))).toBe(3);
});
