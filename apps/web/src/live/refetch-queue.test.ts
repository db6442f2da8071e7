import { expect, it } from 'vitest';
import { createRefetchQueue } from './refetch-queue.ts';

function setUp() {
  const asked: string[] = [];
  const timers: (() => void)[] = [];
  const gates: (() => void)[] = [];
  const wait = () => new Promise<void>((resolve) => gates.push(resolve));
  const queue = createRefetchQueue({
    fetchOne: (id) => {
      asked.push(`one ${id}`);
      return wait();
    },
    fetchAll: () => {
      asked.push('all');
      return wait();
    },
    setTimer: (callback) => {
      timers.push(callback);
      return () => {};
    },
  });
  const tick = async () => {
    timers.shift()?.();
    await Promise.resolve();
  };
  const answer = async () => {
    for (const open of gates.splice(0)) open();
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { queue, asked, timers, tick, answer };
}

it('asks once for a channel that changed many times', async () => {
  const { queue, asked, tick } = setUp();
  queue.request(1);
  queue.request(1);
  queue.request(2);
  await tick();
  expect(asked).toEqual(['one 1', 'one 2']);
});

it('asks for the list if many channels changed', async () => {
  const { queue, asked, tick } = setUp();
  for (let id = 1; id <= 9; id += 1) queue.request(id);
  await tick();
  expect(asked).toEqual(['all']);
});

it('keeps further changes until the answers arrive, and loses none', async () => {
  const { queue, asked, timers, tick, answer } = setUp();
  queue.request(1);
  await tick();
  queue.request(2);
  expect(timers).toHaveLength(0);
  await answer();
  await tick();
  expect(asked).toEqual(['one 1', 'one 2']);
});
