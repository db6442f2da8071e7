import type { Job } from 'bullmq';
import type { FaultListener } from '../bus.ts';
import type { Ticker } from '../ticker.ts';
import { openQueue } from './open-queue.ts';
import { openWorker } from './open-worker.ts';
import type { RedisConnections } from './redis-connections.ts';

interface Options {
  connections: RedisConnections;
  keyPrefix: string;
  nowMs: () => number;
  onFault: FaultListener;
  onRedisFault: FaultListener;
  /** How often the schedule is looked after. */
  lookAfterMs?: number;
  lockMs?: number;
}

interface RedisTicker extends Ticker {
  /** Starts no task any more and waits for those under way. */
  close(): Promise<void>;
}

interface Task {
  periodMs: number;
  run: () => Promise<void>;
}

const queueName = 'ticks';
const tasksAtOnce = 32;
const defaultLookAfterMs = 10_000;
/** A tick that nobody took for so long, or that lies further ahead than it can, is no tick. */
const slackMs = 30_000;

/**
 * Periodic work, each tick in one of the processes that share a Redis. With Redis away nothing ticks;
 * every process sees to it that the schedule is there again afterwards.
 */
export function createRedisTicker(options: Options): RedisTicker {
  const { connections, onFault, onRedisFault, lookAfterMs = defaultLookAfterMs } = options;
  const { link } = connections;
  const queue = openQueue({ ...options, link, queueName });
  const tasks = new Map<string, Task>();
  const underWay = new Map<string, Promise<void>>();
  let worker: ReturnType<typeof openWorker> | null = null;

  const schedule = async () => {
    for (const [name, { periodMs }] of tasks)
      await link.run(async () => putSchedule(await queue(), name, periodMs, options.nowMs()));
  };
  const lookAfter = () => {
    if (link.isUp()) schedule().catch((err) => onRedisFault(err, queueName));
  };
  const timer = setInterval(lookAfter, lookAfterMs);
  timer.unref();
  link.redis.on('ready', lookAfter);

  const tick = async ({ name, id }: Job<unknown>) => {
    const task = tasks.get(name);
    if (!task || underWay.has(name)) return;
    const run = async () => {
      if (!(await isAtWorkElsewhere(name, id))) await task.run();
    };
    const work = run()
      .catch((fault) => onFault(fault, name))
      .finally(() => underWay.delete(name));
    underWay.set(name, work);
    await work;
  };
  const isAtWorkElsewhere = (name: string, id: string | undefined) =>
    link.run(async () => {
      const active = await (await queue()).getActive();
      // A job may have ended, and gone, between the list and its reading.
      return active.some((job) => job && job.name === name && job.id !== id);
    });

  return {
    every(name, periodMs, run) {
      tasks.set(name, { periodMs, run });
      worker ??= openWorker(
        { ...options, queueName, concurrency: tasksAtOnce, redeliveries: 0 },
        tick,
      );
      lookAfter();
    },
    async close() {
      clearInterval(timer);
      link.redis.off('ready', lookAfter);
      worker?.pause();
      tasks.clear();
      await Promise.all(underWay.values());
      await worker?.close();
    },
  };
}

type BullQueue = Awaited<ReturnType<ReturnType<typeof openQueue>>>;

/** Has the task tick from now on, unless it does: Redis may have been emptied, or a clock be wrong. */
async function putSchedule(queue: BullQueue, name: string, periodMs: number, nowMs: number) {
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
