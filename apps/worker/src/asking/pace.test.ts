import { expect, test } from 'vitest';
import { createPace } from './pace.ts';

const endless = new AbortController().signal;
const options = { usual: 8, remembered: null, pause: async () => {}, signal: endless };
const tick = () => new Promise<void>((resolve) => setImmediate(resolve));

test('those that were under way together and complain halve the limit once', () => {
  const pace = createPace(options);
  for (let complaints = 0; complaints < 7; complaints += 1) pace.complain(8, 1);
  expect(pace.limit()).toBe(4);
  pace.complain(4, 1);
  pace.complain(2, 1);
  pace.complain(1, 1);
  expect(pace.limit()).toBe(1);
  expect(pace.learnt(true)).toBe(1);
});

test('a run begins with what the last one learnt, and it grows again by one', () => {
  const pace = createPace({ ...options, remembered: 2 });
  expect(pace.limit()).toBe(2);
  expect([pace.learnt(false), pace.learnt(true)]).toEqual([null, 3]);
  expect(createPace(options).learnt(true)).toBeNull();
});

test('never more are under way than the limit, also after it fell', async () => {
  const pace = createPace({ ...options, usual: 4 });
  const under: number[] = [];
  let active = 0;
  const work = async () => {
    active += 1;
    under.push(active);
    if (under.length === 4) pace.complain(4, 0);
    await tick();
    active -= 1;
  };
  await Promise.all(Array.from({ length: 12 }, () => pace.inTurn(work)));
  expect(Math.max(...under.slice(0, 4))).toBe(4);
  expect(Math.max(...under.slice(6))).toBe(2);
  expect(under).toHaveLength(12);
});

test('nothing is sent while the channel rests, and all rests have an end', async () => {
  const pauses: (() => void)[] = [];
  const asked: number[] = [];
  const pause = (ms: number) => {
    asked.push(ms);
    return new Promise<void>((resolve) => pauses.push(resolve));
  };
  const pace = createPace({ ...options, pause });
  expect(pace.complain(8, 60)).toBe(true);
  let isSent = false;
  const sending = pace.inTurn(async () => {
    isSent = true;
  });
  await tick();
  expect(isSent).toBe(false);
  pauses[0]?.();
  await sending;
  expect(pace.complain(8, 31)).toBe(false);
  expect(asked).toEqual([60_000]);
});
