export interface QueueDepth {
  waiting: number;
  active: number;
}

export interface ConsumeOptions {
  /** How many jobs at a time in this process. */
  concurrency: number;
  /** How many at a time in all processes; absent: no limit. Who says it last says it for all. */
  limit?: number;
}

/**
 * Work handed from process to process. A job is known by its key: while one with that key waits or
 * runs, another is not taken.
 */
export interface JobQueue<Job> {
  /** Resolves to false where a job with this key waits or runs already. Throws AppError `unavailable` when full. */
  add(key: string, job: Job): Promise<boolean>;
  /** Hands out jobs, oldest first; called once by a worker. */
  consume(handler: JobHandler<Job>, options: ConsumeOptions): void;
  depth(): Promise<QueueDepth>;
  /**
   * Hands out nothing more and waits for the jobs under way; after `graceMs` their signal aborts,
   * and it waits for them to end. Jobs that nothing would ask for again must outlive it: a driver that
   * can't keep them hands them out first.
   */
  drain(graceMs: number): Promise<void>;
}

/** A handler that throws ends its job; the fault is logged by whoever made the bus. */
export type JobHandler<Job> = (job: Job, signal: AbortSignal) => Promise<void>;
