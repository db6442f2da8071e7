import { expect, test } from 'vitest';
import { createQuietCollector } from './collect-when-quiet.ts';

const megabyte = 1024 ** 2;

function startThread() {
  const thread = { share: 0, bytes: 30 * megabyte, collections: 0 };
  const look = createQuietCollector({
    busyShare: () => thread.share,
    heapBytes: () => thread.bytes,
    collect() {
      thread.collections += 1;
      thread.bytes = 20 * megabyte;
    },
  });
  return { thread, look };
}

test('a thread that has started collects once it has little to do', () => {
  const { thread, look } = startThread();
  thread.share = 0.5;
  look();
  expect(thread.collections).toBe(0);
  thread.share = 0.01;
  look();
  expect(thread.collections).toBe(1);
});

test('a quiet thread collects again only if its heap has grown', () => {
  const { thread, look } = startThread();
  look();
  thread.bytes += 3 * megabyte;
  look();
  expect(thread.collections).toBe(1);
  thread.bytes += 2 * megabyte;
  look();
  expect(thread.collections).toBe(2);
});
