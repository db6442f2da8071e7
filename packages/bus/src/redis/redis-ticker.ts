import type { Job, Queue } from 'bullmq';
import type { Ticker } from '../bus.ts';
import { type OpenWorker, openQueue, openWorker } from './bullmq.ts';
import type { RedisContext } from './redis-connections.ts';

interface RedisTicker extends Ticker {
  /** Starts no more tasks and waits for the running ones. */
  close(): Promise<void>;
}

interface Task {
  periodMs: number;
  run: () => Promise<void>;
}

const queueName = 'ticks';
const concurrency = 32;
/** A next tick that is overdue by more than this, or this much too far ahead, is wrong. */
const slackMs = 30_000;

/**
 * Periodic tasks; each tick runs in one of the processes that share a Redis. Nothing runs while Redis is
 * away. Every process restores the schedule if Redis was emptied.
 */
export function createRedisTicker(context: RedisContext): RedisTicker {
  const { link, onFault, onRedisFault, nowMs } = context;
  const queue = openQueue(context, queueName);
  const tasks = new Map<string, Task>();
  const running = new Map<string, Promise<void>>();
  let worker: OpenWorker | null = null;

  const schedule = link.restore(
    async () => {
      for (const [name, { periodMs }] of tasks)
        await putSchedule(await queue(), name, periodMs, nowMs());
    },
    (err) => onRedisFault(err, queueName),
  );
  const isRunningElsewhere = (name: string, id: string | undefined) =>
    link.run(async () => {
      const active = await (await queue()).getActive();
      // A job may have ended since its id was listed; then it is undefined.
      return active.some((job) => job && job.name === name && job.id !== id);
    });
  const process = async ({ name, id }: Job<unknown>) => {
    const task = tasks.get(name);
    if (!task || running.has(name)) return;
    const run = async () => {
      if (!(await isRunningElsewhere(name, id))) await task.run();
    };
    const work = run()
      .catch((fault) => onFault(fault, name))
      .finally(() => running.delete(name));
    running.set(name, work);
    await work;
  };

  return {
    every(name, periodMs, run) {
      tasks.set(name, { periodMs, run });
      worker ??= openWorker(context, queueName, { concurrency, redeliveries: 0, process });
      schedule.now();
    },
    async close() {
      schedule.stop();
      worker?.pause();
      tasks.clear();
      await Promise.all(running.values());
      await worker?.close();
    },
  };
}

/** Schedules the task unless it is scheduled properly: Redis may have been emptied, or a clock was wrong. */
async function putSchedule(queue: Queue<unknown>, name: string, periodMs: number, nowMs: number) {
  const known = await queue.getJobScheduler(name);
  if (known) {
    const { every, next = 0 } = known;
    const isInTime = next > nowMs - slackMs && next < nowMs + periodMs + slackMs;
    if (every === periodMs && isInTime) return;
    await queue.removeJobScheduler(name);
  }
  const opts = { removeOnComplete: true, removeOnFail: true };
  await queue.upsertJobScheduler(name, { every: periodMs }, { name, opts });
}
