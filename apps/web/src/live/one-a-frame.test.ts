import { expect, it } from 'vitest';
import { oneAFrame } from './one-a-frame.ts';

it('does one thing a frame, in the order in which they came', () => {
  const frames: (() => void)[] = [];
  const done: number[] = [];
  const give = oneAFrame((callback) => frames.push(callback));
  for (const work of [1, 2, 3]) give(() => done.push(work));
  const states = [1, 2, 3].map(() => {
    frames.shift()?.();
    return { done: [...done], isGoingOn: frames.length > 0 };
  });
  expect(states).toEqual([
    { done: [1], isGoingOn: true },
    { done: [1, 2], isGoingOn: true },
    { done: [1, 2, 3], isGoingOn: false },
  ]);
  give(() => done.push(4));
  frames.shift()?.();
  expect(done).toEqual([1, 2, 3, 4]);
});
