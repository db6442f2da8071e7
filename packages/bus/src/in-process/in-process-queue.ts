import { AppError } from '@api-monitor/core';
import type { FaultListener } from '../bus.ts';
import type { JobHandler, JobQueue } from '../job-queue.ts';

interface Options {
  name: string;
  /** How many jobs may wait. */
  limit: number;
  onFault: FaultListener;
  /** What a drain does with jobs that wait; unless told, they end with the process. */
  whenDrained?: 'drop-waiting' | 'finish-waiting';
}

/**
 * A queue within one process. Jobs that wait when it is drained are dropped where the schedule finds
 * them again, and finished within the grace where it does not.
 */
export function createInProcessQueue<Job>(options: Options): JobQueue<Job> {
  const { name, limit, onFault, whenDrained = 'drop-waiting' } = options;
  const waiting = new Map<string, Job>();
  const active = new Map<string, Promise<void>>();
  const cutOff = new AbortController();
  let consumer: { handler: JobHandler<Job>; concurrency: number } | null = null;
  let isDraining = false;

  const start = (key: string, job: Job, handler: JobHandler<Job>) => {
    const work = (async () => handler(job, cutOff.signal))()
      .catch((fault) => onFault(fault, name))
      .finally(() => {
        active.delete(key);
        handOut();
      });
    active.set(key, work);
  };

  const handOut = () => {
    if (!consumer || isDraining) return;
    for (const [key, job] of waiting) {
      if (active.size >= consumer.concurrency) return;
      waiting.delete(key);
      start(key, job, consumer.handler);
    }
  };

  return {
    async add(key, job) {
      if (waiting.has(key) || active.has(key)) return false;
      if (waiting.size >= limit) throw new AppError('unavailable', `the queue ${name} is full`);
      waiting.set(key, job);
      handOut();
      return true;
    },
    consume(handler, { concurrency, limit = concurrency }) {
      consumer = { handler, concurrency: Math.min(concurrency, limit) };
      handOut();
    },
    depth: async () => ({ waiting: waiting.size, active: active.size }),
    async drain(graceMs) {
      isDraining = whenDrained === 'drop-waiting';
      const timer = setTimeout(() => {
        isDraining = true;
        cutOff.abort();
      }, graceMs);
      // A job that ends hands out the next, unless nothing more is handed out.
      while (active.size > 0) await Promise.race(active.values());
      isDraining = true;
      clearTimeout(timer);
    },
  };
}
