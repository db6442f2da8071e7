import { expect, test } from 'vitest';
import type { JobQueue } from '../src/index.ts';

interface Job {
  target_id: number;
}

interface Subject {
  queue: JobQueue<Job>;
  /** What handlers threw. */
  faults: unknown[];
}

/** What every driver's queue must do. `make` returns a new, empty queue without a consumer. */
export function describeQueueContract(make: () => Promise<Subject>): void {
  test('jobs run oldest first, each once', async () => {
    const { queue } = await make();
    const seen: number[] = [];
    const all = gate();
    for (const id of [3, 1, 2]) await queue.add(`${id}`, { target_id: id });
    queue.consume(
      async (job) => {
        if (seen.push(job.target_id) === 3) all.open();
      },
      { concurrency: 1 },
    );
    await all.opened;
    expect(seen).toEqual([3, 1, 2]);
    await queue.drain(1000);
  });

  test('a key is not accepted while its job waits or runs, and is accepted after its job has ended', async () => {
    const { queue } = await make();
    const [started, finish] = [gate(), gate()];
    expect(await queue.add('7', { target_id: 7 })).toBe(true);
    expect(await queue.add('7', { target_id: 7 })).toBe(false);
    let ended = gate();
    queue.consume(
      async () => {
        started.open();
        await finish.opened;
        queueMicrotask(ended.open);
      },
      { concurrency: 2 },
    );
    await started.opened;
    expect(await queue.add('7', { target_id: 7 })).toBe(false);
    finish.open();
    await ended.opened;
    ended = gate();
    await expect.poll(() => queue.add('7', { target_id: 7 })).toBe(true);
    await ended.opened;
    await queue.drain(1000);
  });

  test('no more jobs run at once than the concurrency allows', async () => {
    const { queue } = await make();
    const finish = gate();
    const [third, all] = [gate(), gate()];
    let [running, most, done] = [0, 0, 0];
    queue.consume(
      async () => {
        running += 1;
        most = Math.max(most, running);
        if (running === 3) third.open();
        await finish.opened;
        running -= 1;
        done += 1;
        if (done === 8) all.open();
      },
      { concurrency: 3 },
    );
    for (let id = 1; id <= 8; id += 1) await queue.add(`${id}`, { target_id: id });
    await third.opened;
    await expect.poll(() => queue.depth()).toEqual({ waiting: 5, active: 3 });
    finish.open();
    await all.opened;
    expect(most).toBe(3);
    await queue.drain(1000);
  });

  test('a handler that throws is reported, and the other jobs still run', async () => {
    const { queue, faults } = await make();
    const second = gate();
    queue.consume(
      async (job) => {
        if (job.target_id === 1) throw new Error('broken');
        second.open();
      },
      { concurrency: 1 },
    );
    await queue.add('1', { target_id: 1 });
    await queue.add('2', { target_id: 2 });
    await second.opened;
    await expect.poll(() => faults.length).toBe(1);
    await queue.drain(1000);
  });

  test('draining starts no more jobs and waits for the running ones', async () => {
    const { queue } = await make();
    const [started, finish] = [gate(), gate()];
    const seen: number[] = [];
    queue.consume(
      async (job) => {
        seen.push(job.target_id);
        started.open();
        await finish.opened;
      },
      { concurrency: 1 },
    );
    await queue.add('1', { target_id: 1 });
    await queue.add('2', { target_id: 2 });
    await started.opened;
    const drained = queue.drain(10_000);
    finish.open();
    await drained;
    expect(seen).toEqual([1]);
  });

  test('after the grace period, the signal of running jobs aborts', async () => {
    const { queue } = await make();
    const started = gate();
    queue.consume(
      async (_job, signal) => {
        started.open();
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
      { concurrency: 1 },
    );
    await queue.add('1', { target_id: 1 });
    await started.opened;
    await queue.drain(1);
    expect((await queue.depth()).active).toBe(0);
  });
}

function gate() {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: () => resolve() };
}
