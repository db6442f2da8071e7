import {
  alertStepJobSchema,
  type MonitorEvent,
  pollBalanceJobSchema,
  probeModelJobSchema,
  proxyRequestsJobSchema,
  runTargetJobSchema,
  testChannelJobSchema,
  testDestinationJobSchema,
} from '@api-monitor/core';

/** A queue's jobs, as both drivers need to know them. */
export interface QueueSpec<Job> {
  name: string;
  /** How many jobs may wait. */
  limit: number;
  /** Throws if a job that another process queued, perhaps of another version, can't be read. */
  schema: { parse(payload: unknown): Job };
  /** Nothing queues these jobs again if they are lost, and running one twice does no harm. */
  isIrreplaceable?: boolean;
}

/** Every queue. */
export const queueSpecs = {
  /** Runs of due targets, queued by the scan. The key is the target's id, as in the next two queues. */
  scheduledRuns: { name: 'scheduled-runs', limit: 10_000, schema: runTargetJobSchema },
  /** Runs started by hand, which never wait behind scheduled ones. */
  manualRuns: { name: 'manual-runs', limit: 10_000, schema: runTargetJobSchema },
  /** Single probes of models whose rest is over: one model of a target at a time. */
  modelProbes: { name: 'model-probes', limit: 10_000, schema: probeModelJobSchema },
  /** Polls of balances. The key is the target's id. */
  balancePolls: { name: 'balance-polls', limit: 10_000, schema: pollBalanceJobSchema },
  /** Channels that an admin tries before saving them. Every test has its own key. */
  channelTests: { name: 'channel-tests', limit: 100, schema: testChannelJobSchema },
  /** Steps of the alerts, one at a time in all processes. One runs and one waits. */
  alertSteps: { name: 'alert-steps', limit: 10, schema: alertStepJobSchema },
  /** Tests that an admin sends to destinations. Every test has its own key. */
  destinationTests: { name: 'destination-tests', limit: 100, schema: testDestinationJobSchema },
  /** Batches of requests that gateways served, to be written. Every batch has its own key. */
  proxyRequests: {
    name: 'proxy-requests',
    // Lower, because a batch holds many requests and all batches are in memory.
    limit: 1_000,
    schema: proxyRequestsJobSchema,
    isIrreplaceable: true,
  },
} satisfies Record<string, QueueSpec<unknown>>;

/** How many events a client that reconnects may have missed. */
export const historyLimit = 5_000;

type Queues = {
  [Name in keyof typeof queueSpecs]: JobQueue<
    ReturnType<(typeof queueSpecs)[Name]['schema']['parse']>
  >;
};

/** Everything that processes share besides the database. One driver provides all of it. */
export interface Bus extends Queues {
  events: EventBus;
  sums: SharedSums;
  slots: SharedSlots;
  ticker: Ticker;
  /** Null if all is well, else a sentence that says what can't be reached. */
  fault(): Promise<string | null>;
  close(): Promise<void>;
}

/** The part of the bus that a gateway needs: it queues jobs, but runs none. */
export interface GatewayBus extends Pick<Bus, 'events' | 'sums' | 'slots'> {
  proxyRequests: Pick<Bus['proxyRequests'], 'add'>;
}

/** Receives what a handler, listener or task threw, and where. It isn't reported anywhere else. */
export type FaultListener = (fault: unknown, where: string) => void;

/** Work handed from process to process. Only one job per key waits or runs at a time. */
export interface JobQueue<Job> {
  /**
   * Resolves to false if a job with this key is waiting or running already. Throws AppError
   * `unavailable` if the queue is full.
   */
  add(key: string, job: Job): Promise<boolean>;
  /** Starts running jobs, oldest first. A worker calls it once. */
  consume(handler: JobHandler<Job>, options: ConsumeOptions): void;
  depth(): Promise<{ waiting: number; active: number }>;
  /**
   * Starts no more jobs and waits for the running ones. After `graceMs` their signal aborts, and it
   * waits for them to end. A driver that can't keep irreplaceable jobs runs the waiting ones first.
   */
  drain(graceMs: number): Promise<void>;
}

/** If it throws, the job ends and the error goes to the bus's `FaultListener`. */
export type JobHandler<Job> = (job: Job, signal: AbortSignal) => Promise<void>;

export interface ConsumeOptions {
  /** How many jobs at a time in this process. */
  concurrency: number;
  /** How many at a time in all processes; no limit by default. The last process to set it wins. */
  limit?: number;
}

/** An event and its position in the history: `<Unix ms>-<sequence>`, increasing. */
export interface StoredEvent {
  id: string;
  event: MonitorEvent;
}

export type EventListener = (stored: StoredEvent) => void;

/** Events that reach every process. */
export interface EventBus {
  /** Never rejects: an event that can't be published is lost, and the bus's `FaultListener` is called. */
  publish(event: MonitorEvent): Promise<void>;
  /** Listeners must be quick. Returns a function that removes the listener. */
  subscribe(listener: EventListener): () => void;
  /**
   * Calls the listener if events may have been lost, so that it can read again what they were about.
   * Returns a function that removes the listener.
   */
  onLoss(listener: () => void): () => void;
  /** The events after `lastId`, oldest first; null if the history no longer reaches back that far. */
  since(lastId: string): Promise<StoredEvent[] | null>;
}

export interface Addition {
  key: string;
  /** A whole number; 0 only reads the sum, and a negative one takes back what was added. */
  by: number;
  /** How long the sum is kept after its first addition. */
  lifeS: number;
  /** If the sum is lower, as after it was forgotten, this is added to instead. */
  atLeast?: number;
}

/** Sums over all processes, for limits that they share. They may be forgotten at any time. */
export interface SharedSums {
  /** Resolves to each sum after its addition. Throws AppError `unavailable` if Redis can't be reached. */
  add(additions: readonly Addition[]): Promise<number[]>;
}

/** One of the places that a limit allows, such as those of the requests that a channel takes at a time. */
export interface SlotName {
  /** Whose slots they are. */
  key: string;
  /** Nobody else uses the same name. */
  slot: string;
}

export interface SlotAsk extends SlotName {
  /** How many may be taken at a time; 0: any number. */
  limit: number;
  /** The shortest time from one being taken to the next. */
  gapMs: number;
  /** After this time without being renewed it is free again, because its holder has died. */
  lifeMs: number;
}

/** `waitMs`: until the gap is over; null: until one is given back. */
export type SlotAnswer = { isTaken: true } | { isTaken: false; waitMs: number | null };

/**
 * Slots over all processes. They may be forgotten at any time; those that are renewed are then known again.
 * Every method throws AppError `unavailable` if Redis can't be reached.
 */
export interface SharedSlots {
  take(ask: SlotAsk): Promise<SlotAnswer>;
  renew(names: readonly SlotName[], lifeMs: number): Promise<void>;
  give(name: SlotName): Promise<void>;
}

/** Runs periodic tasks, each in only one of the processes that share the bus. */
export interface Ticker {
  /** Runs `task` now and every `periodMs`. A tick is skipped if the task's last run hasn't ended. */
  every(name: string, periodMs: number, task: () => Promise<void>): void;
}
