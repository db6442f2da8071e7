import { describe, expect, test, vi } from 'vitest';
import { compareEventIds, nextEventId } from '../src/event-id.ts';
import {
  createInProcessEvents,
  createInProcessQueue,
  createInProcessSlots,
  createInProcessSums,
  createInProcessTicker,
} from '../src/in-process-bus.ts';
import { describeEventBusContract } from './event-bus-contract.ts';
import { describeQueueContract } from './queue-contract.ts';
import { describeSlotsContract } from './slots-contract.ts';
import { describeSumsContract } from './sums-contract.ts';

describe('the in-process queue', () => {
  describeQueueContract(async () => {
    const faults: unknown[] = [];
    const onFault = (fault: unknown) => faults.push(fault);
    return { queue: createInProcessQueue({ name: 'test', limit: 100 }, onFault), faults };
  });

  test('a full queue rejects with a sentence', async () => {
    const queue = createInProcessQueue({ name: 'runs', limit: 1 }, () => {});
    await queue.add('1', {});
    await expect(queue.add('2', {})).rejects.toThrow('the queue runs is full');
  });

  const batches = { name: 'batches', limit: 10, isIrreplaceable: true };

  test('a drain runs irreplaceable jobs that wait', async () => {
    const queue = createInProcessQueue<number>(batches, () => {});
    const done: number[] = [];
    for (const batch of [1, 2, 3]) await queue.add(`${batch}`, batch);
    queue.consume(async (batch) => void done.push(batch), { concurrency: 1 });
    await queue.drain(10_000);
    expect(done).toEqual([1, 2, 3]);
    expect(await queue.depth()).toEqual({ waiting: 0, active: 0 });
  });

  test('a drain starts no more jobs after its grace period', async () => {
    const queue = createInProcessQueue<number>(batches, () => {});
    const begun: number[] = [];
    for (const batch of [1, 2]) await queue.add(`${batch}`, batch);
    queue.consume(
      async (batch, signal) => {
        begun.push(batch);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
      { concurrency: 1 },
    );
    await queue.drain(1);
    expect(begun).toEqual([1]);
  });
});

describe('the in-process event bus', () => {
  describeEventBusContract(async () => {
    const faults: unknown[] = [];
    const onFault = (fault: unknown) => faults.push(fault);
    const historyLimit = 5;
    return {
      events: createInProcessEvents({ nowMs: Date.now, limit: historyLimit, onFault }),
      faults,
      historyLimit,
    };
  });

  test('ids increase even if the clock goes back', () => {
    const first = nextEventId({ ms: 1000, sequence: 4 }, 900);
    expect(first).toEqual({ ms: 1000, sequence: 5 });
    expect(compareEventIds(nextEventId(first, 1001), first)).toBeGreaterThan(0);
  });
});

describe('the in-process ticker', () => {
  test('a task runs at once and then every period, never twice at a time', async () => {
    vi.useFakeTimers();
    try {
      const ticker = createInProcessTicker(() => {});
      const finishes: (() => void)[] = [];
      ticker.every('scan', 60_000, () => new Promise((resolve) => finishes.push(resolve)));
      await vi.advanceTimersByTimeAsync(180_000);
      expect(finishes).toHaveLength(1);
      finishes[0]?.();
      await vi.advanceTimersByTimeAsync(60_000);
      expect(finishes).toHaveLength(2);
      finishes[1]?.();
      await ticker.close();
      await vi.advanceTimersByTimeAsync(180_000);
      expect(finishes).toHaveLength(2);
    } finally {
      vi.useRealTimers();
    }
  });

  test('a task that throws is reported and runs again', async () => {
    vi.useFakeTimers();
    try {
      const faults: unknown[] = [];
      const ticker = createInProcessTicker((fault) => faults.push(fault));
      ticker.every('scan', 1000, () => Promise.reject(new Error('broken')));
      await vi.advanceTimersByTimeAsync(2500);
      expect(faults).toHaveLength(3);
      await ticker.close();
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the in-process sums', () => {
  describeSumsContract(() => createInProcessSums(Date.now));
});

describe('the in-process slots', () => {
  describeSlotsContract(() => createInProcessSlots(Date.now));
});
