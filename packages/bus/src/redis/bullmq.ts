import { type Job, Queue, Worker } from 'bullmq';
import type { RedisContext } from './redis-connections.ts';

/** How long BullMQ may take to record that jobs have ended; it can't while Redis is away. */
const closeTimeoutMs = 3_000;
const retryDelayMs = 1_000;

/**
 * Returns a function that opens the queue on first use; call it within `link.run`. It opens the queue
 * again if that failed, because BullMQ's queue never recovers from a failed first connection.
 */
export function openQueue(context: RedisContext, name: string): () => Promise<Queue<unknown>> {
  const { link, keyPrefix, onRedisFault } = context;
  let opening: Promise<Queue<unknown>> | null = null;
  const open = async () => {
    const queue = new Queue<unknown>(name, { connection: link.redis, prefix: keyPrefix });
    queue.on('error', (err) => onRedisFault(err, name));
    await queue.waitUntilReady();
    return queue;
  };
  return () => {
    opening ??= open().catch((err) => {
      opening = null;
      throw err;
    });
    return opening;
  };
}

interface Options {
  concurrency: number;
  /** How often a job is run again after its process died. */
  redeliveries: number;
  /** Must not throw. */
  process: (job: Job<unknown>, token: string | undefined) => Promise<void>;
}

export interface OpenWorker {
  /** Starts no more jobs. */
  pause(): void;
  /** Waits for running jobs, but only briefly, and not while Redis is away. */
  close(): Promise<void>;
}

/** Takes jobs off a queue. While Redis is away it waits, and then continues by itself. */
export function openWorker(context: RedisContext, name: string, options: Options): OpenWorker {
  const { keyPrefix, lockMs, onFault, onRedisFault } = context;
  const { concurrency, redeliveries, process } = options;
  const connection = context.workers();
  const worker = new Worker<unknown>(name, (job, token) => process(job, token), {
    connection,
    prefix: keyPrefix,
    concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: redeliveries,
    runRetryDelay: retryDelayMs,
  });
  const reportRedisFault = (err: unknown) => onRedisFault(err, name);
  worker.on('error', reportRedisFault);
  // Only jobs whose process died fail, because `process` doesn't throw.
  worker.on('failed', (_job, err) => onFault(err, name));
  return {
    pause: () => void worker.pause(true).catch(reportRedisFault),
    async close() {
      const isUp = connection.status === 'ready';
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, closeTimeoutMs);
      await Promise.race([worker.close(!isUp).catch(reportRedisFault), late]);
      clearTimeout(timer);
    },
  };
}
