import { AppError } from '@api-monitor/core';
import { type Job as BullJob, type Queue, WaitingError } from 'bullmq';
import type { JobHandler, JobQueue, QueueSpec } from '../bus.ts';
import { type OpenWorker, openQueue, openWorker } from './bullmq.ts';
import type { RedisContext } from './redis-connections.ts';

interface RedisQueue<Job> extends JobQueue<Job> {
  /** Starts no more jobs, and doesn't wait for running ones. */
  close(): Promise<void>;
}

/** How many failed jobs Redis keeps, to be looked at. */
const keptFailures = 100;
/** How often an irreplaceable job is run again after its process died. */
const redeliveryLimit = 3;

/** A queue that all processes share. Waiting jobs outlive every process, but not Redis. */
export function createRedisQueue<Job>(
  context: RedisContext,
  spec: QueueSpec<Job>,
): RedisQueue<Job> {
  const { link, newJobId, onRedisFault } = context;
  const { name, limit } = spec;
  const queue = openQueue(context, name);
  const consumer = createConsumer(context, spec);
  let stopKeepingLimit = () => {};
  return {
    add: (key, job) =>
      link.run(async () => {
        const bullQueue = await queue();
        if ((await bullQueue.getWaitingCount()) >= limit)
          throw new AppError('unavailable', `the queue ${name} is full`);
        const id = newJobId();
        const { id: holderId } = await bullQueue.add(name, job, {
          jobId: id,
          // Without a TTL, the key is held until the job ends.
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
    consume(handler, { concurrency, limit: total }) {
      const keepLimit = link.restore(
        async () => setTotalLimit(await queue(), total ?? null),
        (err) => onRedisFault(err, name),
      );
      keepLimit.now();
      stopKeepingLimit = keepLimit.stop;
      consumer.consume(handler, concurrency);
    },
    async drain(graceMs) {
      stopKeepingLimit();
      await consumer.drain(graceMs);
    },
    async close() {
      stopKeepingLimit();
      await consumer.close();
    },
  };
}

/** Sets how many jobs run at a time in all processes; null: no limit. */
async function setTotalLimit(queue: Queue<unknown>, limit: number | null): Promise<void> {
  if ((await queue.getGlobalConcurrency()) === limit) return;
  if (limit === null) await queue.removeGlobalConcurrency();
  else await queue.setGlobalConcurrency(limit);
}

function createConsumer<Job>(context: RedisContext, spec: QueueSpec<Job>) {
  const { name, schema, isIrreplaceable = false } = spec;
  const active = new Set<Promise<void>>();
  const grace = new AbortController();
  let worker: OpenWorker | null = null;
  let isDraining = false;

  const process = async (handler: JobHandler<Job>, job: BullJob<unknown>, token?: string) => {
    // It was being fetched when the drain began.
    if (isDraining) await giveBack(job, token);
    let isUndone = false;
    const work = (async () => handler(schema.parse(job.data), grace.signal))()
      .catch((fault) => {
        isUndone = grace.signal.aborted && isIrreplaceable;
        context.onFault(fault, name);
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
    consume(handler: JobHandler<Job>, concurrency: number) {
      worker = openWorker(context, name, {
        concurrency,
        redeliveries: isIrreplaceable ? redeliveryLimit : 0,
        process: (job, token) => process(handler, job, token),
      });
    },
    async drain(graceMs: number) {
      isDraining = true;
      worker?.pause();
      const timer = setTimeout(() => grace.abort(), graceMs);
      while (active.size > 0) await Promise.race(active);
      clearTimeout(timer);
      await close();
    },
    close,
  };
}

/** Puts the job back into the queue. Throws the error by which BullMQ recognises that. */
async function giveBack(job: BullJob<unknown>, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}
