import type { ProxyRequest, ProxyRequestsJob } from '@api-monitor/core';
import { createLogger, createOutageWatch } from '@api-monitor/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createRecordSink } from './record-sink.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const record = (request_id: string) => ({ request_id }) as ProxyRequest;

/** A sink whose queue can be made unreachable. */
function start() {
  const queue = { isAway: false, batches: [] as string[][] };
  let dropped = 0;
  const sink = createRecordSink({
    queue: {
      async add(_id, { requests }: ProxyRequestsJob) {
        await Promise.resolve();
        if (queue.isAway) throw new Error('away');
        queue.batches.push(requests.map(({ request_id }) => request_id));
        return true;
      },
    },
    newBatchId: () => 'batch',
    onDropped: (count) => {
      dropped += count;
    },
    watch: createOutageWatch({
      logger: createLogger({ name: 'test', level: 'silent' }),
      lost: 'lost',
      back: 'back',
    }),
    periodMs: 250,
  });
  return { queue, sink, taken: () => queue.batches.flat(), dropped: () => dropped };
}

test('a record waits no longer than the period', async () => {
  const { sink, taken } = start();
  await vi.advanceTimersByTimeAsync(100);
  sink.add(record('a'));
  await vi.advanceTimersByTimeAsync(149);
  expect(taken()).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(taken()).toEqual(['a']);
});

test('many records are queued in several batches, in their order', async () => {
  const { sink, queue, taken } = start();
  const ids = Array.from({ length: 450 }, (_, at) => `r${at}`);
  for (const id of ids) sink.add(record(id));
  await vi.advanceTimersByTimeAsync(250);
  expect(queue.batches.map(({ length }) => length)).toEqual([200, 200, 50]);
  expect(taken()).toEqual(ids);
});

test('while the queue can’t be reached the newest records are kept, and all are queued when it is back', async () => {
  const { sink, queue, taken, dropped } = start();
  queue.isAway = true;
  for (let at = 0; at < 20_100; at += 1) sink.add(record(`r${at}`));
  await vi.advanceTimersByTimeAsync(10_000);
  expect(dropped()).toBe(100);
  queue.isAway = false;
  await vi.advanceTimersByTimeAsync(250);
  expect(taken()).toHaveLength(20_000);
  expect(taken()[0]).toBe('r100');
  expect(new Set(taken()).size).toBe(20_000);
});

test('closing queues the last records, and counts those that couldn’t be queued', async () => {
  const { sink, queue, taken, dropped } = start();
  sink.add(record('late'));
  await sink.close();
  expect(taken()).toEqual(['late']);
  queue.isAway = true;
  sink.add(record('left'));
  await sink.close();
  expect(dropped()).toBe(1);
});

test('records that a queue may have lost are queued again, before new ones', async () => {
  const { sink, queue } = start();
  sink.add(record('a'));
  await vi.advanceTimersByTimeAsync(250);
  sink.add(record('b'));
  await vi.advanceTimersByTimeAsync(250);
  sink.add(record('c'));
  sink.queueAgain();
  await vi.advanceTimersByTimeAsync(250);
  expect(queue.batches).toEqual([['a'], ['b'], ['a', 'b', 'c']]);
});

test('records queued 15 seconds ago count as written, however long the queue was unreachable', async () => {
  const { sink, queue, taken } = start();
  sink.add(record('old'));
  await vi.advanceTimersByTimeAsync(16_000);
  sink.add(record('late'));
  await vi.advanceTimersByTimeAsync(250);
  queue.isAway = true;
  sink.add(record('waiting'));
  await vi.advanceTimersByTimeAsync(60_000);
  queue.isAway = false;
  await vi.advanceTimersByTimeAsync(250);
  sink.queueAgain();
  await vi.advanceTimersByTimeAsync(250);
  expect(taken()).toEqual(['old', 'late', 'waiting', 'late', 'waiting']);
});

test('no more than 5,000 records are kept for a queue that may lose them', async () => {
  const { sink, queue } = start();
  for (let at = 0; at < 6_000; at += 1) sink.add(record(`r${at}`));
  await vi.advanceTimersByTimeAsync(250);
  queue.batches.length = 0;
  sink.queueAgain();
  await vi.advanceTimersByTimeAsync(250);
  expect(queue.batches.flat()).toHaveLength(5_000);
  expect(queue.batches.flat().at(-1)).toBe('r5999');
});
