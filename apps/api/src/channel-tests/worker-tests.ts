import { randomUUID } from 'node:crypto';
import type { Bus, JobQueue } from '@api-monitor/bus';
import { AppError, type MonitorEvent } from '@api-monitor/core';

/** Has a worker try something that an admin entered, and waits for what it finds. */
export interface WorkerTests<Asked, Result> {
  /**
   * Throws AppError `rate_limited` if too many were tried lately, `unavailable` if no worker answers in time
   * or `signal` aborts, which also ends the test.
   */
  run(asked: Asked, signal: AbortSignal): Promise<Result>;
  close(): void;
}

export interface TestLimits {
  /** A worker gives up by itself a little earlier. */
  timeoutMs: number;
  /** That this process waits for at a time. */
  atOnce: number;
  /** Of all processes together. */
  perMinute: number;
}

/** A test's id, and when nobody waits for it any more. */
interface Waited {
  test_id: string;
  expires_at: number;
}

interface Outcome<Result> {
  test_id: string;
  /** null: nobody waits any more. */
  result: Result | null;
}

interface Options<Asked, Result> {
  bus: Pick<Bus, 'events' | 'sums'>;
  queue: Pick<JobQueue<Asked & Waited>, 'add'>;
  /** Under which tests are counted. */
  name: string;
  /** What is tested, for messages: `channel`. */
  what: string;
  eventOf(outcome: Outcome<Result>): MonitorEvent;
  /** null: it is another event. */
  outcomeIn(event: MonitorEvent): Outcome<Result> | null;
  /** Unix seconds. */
  now: () => number;
  limits: TestLimits;
}

export function createWorkerTests<Asked extends object, Result>({
  bus,
  queue,
  name,
  what,
  eventOf,
  outcomeIn,
  now,
  limits,
}: Options<Asked, Result>): WorkerTests<Asked, Result> {
  const waiting = new Map<string, (result: Result) => void>();
  const closing = new AbortController();
  const unsubscribe = bus.events.subscribe(({ event }) => {
    const outcome = outcomeIn(event);
    if (outcome?.result) waiting.get(outcome.test_id)?.(outcome.result);
  });
  const tooMany = (retryAfterS: number) =>
    new AppError('rate_limited', `too many ${what}s are being tested; try again in a moment`, {
      retryAfterS,
    });

  const countOne = async () => {
    const [tests = 0] = await bus.sums.add([{ key: name, by: 1, lifeS: 60 }]);
    if (tests > limits.perMinute) throw tooMany(60);
  };

  const waitFor = (test_id: string, ended: AbortSignal) =>
    new Promise<Result | null>((resolve) => {
      waiting.set(test_id, resolve);
      ended.addEventListener('abort', () => resolve(null), { once: true });
      if (ended.aborted) resolve(null);
    });

  return {
    async run(asked, signal) {
      if (waiting.size >= limits.atOnce) throw tooMany(5);
      const late = AbortSignal.timeout(limits.timeoutMs);
      const ended = AbortSignal.any([signal, late, closing.signal]);
      const test_id = randomUUID();
      const found = waitFor(test_id, ended);
      try {
        await countOne();
        const expires_at = now() + limits.timeoutMs / 1000;
        await queue.add(test_id, { ...asked, test_id, expires_at });
        const result = await found;
        if (result) return result;
      } finally {
        waiting.delete(test_id);
      }
      await bus.events.publish(eventOf({ test_id, result: null }));
      const seconds = limits.timeoutMs / 1000;
      const message = late.aborted
        ? `no worker has tried the ${what} within ${seconds} s`
        : 'the test was cancelled';
      throw new AppError('unavailable', message);
    },
    close() {
      closing.abort();
      unsubscribe();
    },
  };
}
