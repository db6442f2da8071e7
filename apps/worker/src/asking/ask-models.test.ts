import { expect, test } from 'vitest';
import { forEachLimited } from './ask-models.ts';

const endless = new AbortController().signal;
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

test('every item is worked on once, never more than the limit at a time', async () => {
  const seen: number[] = [];
  let [running, most] = [0, 0];
  await forEachLimited([1, 2, 3, 4, 5, 6, 7], 3, endless, async (item) => {
    running += 1;
    most = Math.max(most, running);
    seen.push(item);
    await tick();
    running -= 1;
  });
  expect(seen).toEqual([1, 2, 3, 4, 5, 6, 7]);
  expect(most).toBe(3);
});

test('after the signal nothing new begins, and running work ends', async () => {
  const controller = new AbortController();
  const ended: number[] = [];
  await forEachLimited([1, 2, 3, 4], 2, controller.signal, async (item) => {
    controller.abort();
    await tick();
    ended.push(item);
  });
  expect(ended).toEqual([1]);
});

test('an error is thrown after the other running work has ended', async () => {
  const ended: number[] = [];
  const work = forEachLimited([1, 2, 3, 4], 2, endless, async (item) => {
    if (item === 1) throw new Error('broken');
    await tick();
    ended.push(item);
  });
  await expect(work).rejects.toThrow('broken');
  expect(ended).toEqual([2]);
});
