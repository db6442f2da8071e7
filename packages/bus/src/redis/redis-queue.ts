import { AppError } from '@api-monitor/core';
import { type Job as BullJob, WaitingError } from 'bullmq';
import type { FaultListener } from '../bus.ts';
import type { ConsumeOptions, JobHandler, JobQueue } from '../job-queue.ts';
import { openQueue } from './open-queue.ts';
import { openWorker } from './open-worker.ts';
import { createQueueLimiter } from './queue-limiter.ts';
import type { RedisConnections } from './redis-connections.ts';

interface Options<Job> {
  name: string;
  /** How many jobs may wait. */
  limit: number;
  /** Throws where what another process, perhaps of another version, queued is no such job. */
  schema: { parse(payload: unknown): Job };
  connections: RedisConnections;
  keyPrefix: string;
  /** Unlike any other in any process. */
  newJobId: () => string;
  onFault: FaultListener;
  onRedisFault: FaultListener;
  /** How often a job whose process died is handed out again; unless told, it ends with its process. */
  redeliveries?: number;
  /** For how long a job stays with a process that gives no sign of life. */
  lockMs?: number;
}

interface RedisQueue<Job> extends JobQueue<Job> {
  /** Stops handing out; jobs under way are left to themselves unless `drain` waited for them. */
  close(): Promise<void>;
}

/** Jobs whose process died are kept this long, for whoever looks. */
const keptFailures = 100;

/** A queue that all processes share; jobs that wait outlive each of them, but not Redis. */
export function createRedisQueue<Job>(options: Options<Job>): RedisQueue<Job> {
  const { name, limit, connections, newJobId } = options;
  const { link } = connections;
  const queue = openQueue({ ...options, link, queueName: name });
  const consumer = createConsumer(options);
  const limiter = createQueueLimiter({ ...options, queue, queueName: name });
  return {
    add: (key, job) =>
      link.run(async () => {
        const bullQueue = await queue();
        if ((await bullQueue.getWaitingCount()) >= limit)
          throw new AppError('unavailable', `the queue ${name} is full`);
        const id = newJobId();
        const { id: holderId } = await bullQueue.add(name, job, {
          jobId: id,
          // Without a time to live, the key is held until the job ends.
          deduplication: { id: key },
          removeOnComplete: true,
          removeOnFail: keptFailures,
        });
        return holderId === id;
      }),
    depth: () =>
      link.run(async () => {
        const { wait = 0, active = 0 } = await (await queue()).getJobCounts('wait', 'active');
        return { waiting: wait, active };
      }),
    consume(handler, { concurrency, limit }) {
      limiter.hold(limit ?? null);
      consumer.consume(handler, { concurrency });
    },
    async drain(graceMs) {
      limiter.close();
      await consumer.drain(graceMs);
    },
    async close() {
      limiter.close();
      await consumer.close();
    },
  };
}

function createConsumer<Job>(options: Options<Job>) {
  const { name, schema, onFault, redeliveries = 0 } = options;
  const active = new Set<Promise<void>>();
  const cutOff = new AbortController();
  let worker: ReturnType<typeof openWorker> | null = null;
  let isDraining = false;

  const process = async (handler: JobHandler<Job>, job: BullJob<unknown>, token?: string) => {
    // It was on its way when the drain began.
    if (isDraining) await giveBack(job, token);
    let isUndone = false;
    const work = (async () => handler(schema.parse(job.data), cutOff.signal))()
      .catch((fault) => {
        isUndone = cutOff.signal.aborted && redeliveries > 0;
        onFault(fault, name);
      })
      .finally(() => active.delete(work));
    active.add(work);
    await work;
    if (isUndone) await giveBack(job, token);
  };
  const close = async () => {
    isDraining = true;
    await worker?.close();
    worker = null;
  };
  return {
    consume(handler: JobHandler<Job>, { concurrency }: Pick<ConsumeOptions, 'concurrency'>) {
      const settings = { ...options, queueName: name, concurrency, redeliveries };
      worker = openWorker(settings, (job, token) => process(handler, job, token));
    },
    async drain(graceMs: number) {
      isDraining = true;
      worker?.pause();
      const timer = setTimeout(() => cutOff.abort(), graceMs);
      while (active.size > 0) await Promise.race(active);
      clearTimeout(timer);
      await close();
    },
    close,
  };
}

/** For another process, or for this one's successor; throws what BullMQ takes for that. */
async function giveBack(job: BullJob<unknown>, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
