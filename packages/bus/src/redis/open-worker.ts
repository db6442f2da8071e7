import { type Job, Worker } from 'bullmq';
import type { FaultListener } from '../bus.ts';
import type { RedisConnections } from './redis-connections.ts';

/** A job's lock: a process that dies lets go of its jobs within about twice this time. */
const defaultLockMs = 15_000;
/** For BullMQ to note the ends of jobs that have ended; where Redis is away, it can't. */
const closeTimeoutMs = 3_000;
const retryDelayMs = 1_000;

export interface WorkerSettings {
  connections: RedisConnections;
  queueName: string;
  keyPrefix: string;
  concurrency: number;
  lockMs?: number;
  /** How often a job whose process died is handed out again. */
  redeliveries: number;
  onFault: FaultListener;
  /** Told of Redis's faults, at a bounded rate. */
  onRedisFault: FaultListener;
}

export type Processor = (job: Job<unknown>, token: string | undefined) => Promise<void>;

interface OpenWorker {
  /** Hands out nothing more. */
  pause(): void;
  /** Waits for the jobs under way where Redis is in reach, but not long: they should have ended. */
  close(): Promise<void>;
}

/** Takes jobs off a queue; with Redis away it waits, and goes on by itself. */
export function openWorker(settings: WorkerSettings, process: Processor): OpenWorker {
  const { connections, queueName, onFault, onRedisFault, lockMs = defaultLockMs } = settings;
  const connection = connections.workers();
  const worker = new Worker<unknown>(queueName, (job, token) => process(job, token), {
    connection,
    prefix: settings.keyPrefix,
    concurrency: settings.concurrency,
    lockDuration: lockMs,
    stalledInterval: lockMs,
    maxStalledCount: settings.redeliveries,
    runRetryDelay: retryDelayMs,
  });
  worker.on('error', (err) => onRedisFault(err, queueName));
  // Processors throw nothing: only a job whose process died ends so.
  worker.on('failed', (_job, err) => onFault(err, queueName));
  return {
    pause: () => void worker.pause(true).catch((err) => onRedisFault(err, queueName)),
    async close() {
      const isUp = connection.status === 'ready';
      const { promise: late, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, closeTimeoutMs);
      const closed = worker.close(!isUp).catch((err) => onRedisFault(err, queueName));
      await Promise.race([closed, late]);
      clearTimeout(timer);
    },
  };
}
