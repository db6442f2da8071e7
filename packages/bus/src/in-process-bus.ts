import { AppError, growingTo } from '@api-monitor/core';
import { LRUCache } from 'lru-cache';
import {
  type Bus,
  type EventBus,
  type EventListener,
  type FaultListener,
  historyLimit,
  type JobHandler,
  type JobQueue,
  type QueueSpec,
  queueSpecs,
  type SharedSlots,
  type SharedSums,
  type StoredEvent,
  type Ticker,
} from './bus.ts';
import {
  compareEventIds,
  type EventId,
  formatEventId,
  nextEventId,
  parseEventId,
} from './event-id.ts';
import { createListeners } from './listeners.ts';

interface Options {
  nowMs: () => number;
  onFault: FaultListener;
}

/** The bus of embedded mode: one process, nothing to install. Nothing is kept over a restart. */
export function createInProcessBus({ nowMs, onFault }: Options): Bus {
  const ticker = createInProcessTicker(onFault);
  return {
    scheduledRuns: createInProcessQueue(queueSpecs.scheduledRuns, onFault),
    manualRuns: createInProcessQueue(queueSpecs.manualRuns, onFault),
    modelProbes: createInProcessQueue(queueSpecs.modelProbes, onFault),
    balancePolls: createInProcessQueue(queueSpecs.balancePolls, onFault),
    channelTests: createInProcessQueue(queueSpecs.channelTests, onFault),
    alertSteps: createInProcessQueue(queueSpecs.alertSteps, onFault),
    destinationTests: createInProcessQueue(queueSpecs.destinationTests, onFault),
    proxyRequests: createInProcessQueue(queueSpecs.proxyRequests, onFault),
    events: createInProcessEvents({ nowMs, onFault, limit: historyLimit }),
    sums: createInProcessSums(nowMs),
    slots: createInProcessSlots(nowMs),
    ticker,
    fault: async () => null,
    close: () => ticker.close(),
  };
}

/** When it is drained, irreplaceable jobs that wait are still run, and other ones are dropped. */
export function createInProcessQueue<Job>(
  { name, limit, isIrreplaceable = false }: Omit<QueueSpec<Job>, 'schema'>,
  onFault: FaultListener,
): JobQueue<Job> {
  const waiting = new Map<string, Job>();
  const active = new Map<string, Promise<void>>();
  const grace = new AbortController();
  let consumer: { handler: JobHandler<Job>; concurrency: number } | null = null;
  let isStopped = false;

  const run = (key: string, job: Job, handler: JobHandler<Job>) => {
    const work = (async () => handler(job, grace.signal))()
      .catch((fault) => onFault(fault, name))
      .finally(() => {
        active.delete(key);
        runNext();
      });
    active.set(key, work);
  };

  const runNext = () => {
    if (!consumer || isStopped) return;
    for (const [key, job] of waiting) {
      if (active.size >= consumer.concurrency) return;
      waiting.delete(key);
      run(key, job, consumer.handler);
    }
  };

  return {
    async add(key, job) {
      if (waiting.has(key) || active.has(key)) return false;
      if (waiting.size >= limit) throw new AppError('unavailable', `the queue ${name} is full`);
      waiting.set(key, job);
      runNext();
      return true;
    },
    consume(handler, { concurrency, limit: total = concurrency }) {
      consumer = { handler, concurrency: Math.min(concurrency, total) };
      runNext();
    },
    depth: async () => ({ waiting: waiting.size, active: active.size }),
    async drain(graceMs) {
      isStopped = !isIrreplaceable;
      const timer = setTimeout(() => {
        isStopped = true;
        grace.abort();
      }, graceMs);
      // A job that ends starts the next one, unless the queue is stopped.
      while (active.size > 0) await Promise.race(active.values());
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** `limit` is how many events the history holds. It begins with the process. */
export function createInProcessEvents({
  nowMs,
  onFault,
  limit,
}: Options & { limit: number }): EventBus {
  const listeners = createListeners<Parameters<EventListener>>(onFault);
  const history: { id: EventId; stored: StoredEvent }[] = [];
  let newest: EventId = { ms: nowMs(), sequence: 0 };
  // Everything newer than this is still in the history.
  let horizon = newest;

  return {
    async publish(event) {
      newest = nextEventId(newest, nowMs());
      const stored = { id: formatEventId(newest), event };
      history.push({ id: newest, stored });
      if (history.length > limit) horizon = history.shift()?.id ?? horizon;
      listeners.notify(stored);
    },
    subscribe: listeners.add,
    // Nothing is lost within a process.
    onLoss: () => () => {},
    async since(lastId) {
      const last = parseEventId(lastId);
      if (!last || compareEventIds(last, horizon) < 0 || compareEventIds(last, newest) > 0)
        return null;
      return history.filter(({ id }) => compareEventIds(id, last) > 0).map(({ stored }) => stored);
    },
  };
}

/** Above this many, the sums that were used longest ago are forgotten. */
const sumLimit = 20_000;

export function createInProcessSums(nowMs: () => number): SharedSums {
  const sums = new LRUCache<string, number>({
    ...growingTo(sumLimit),
    ttlResolution: 0,
    perf: { now: nowMs },
  });
  return {
    async add(additions) {
      return additions.map(({ key, by, lifeS, atLeast = 0 }) => {
        const before = sums.get(key) ?? 0;
        const sum = Math.max(before, atLeast) + by;
        if (sum !== before) sums.set(key, sum, { ttl: lifeS * 1000, noUpdateTTL: true });
        return sum;
      });
    },
  };
}

/** What is taken of one key: when each slot is free again, and when the last one was taken. */
interface Taken {
  freeAtMs: Map<string, number>;
  lastAtMs: number;
}

export function createInProcessSlots(nowMs: () => number): SharedSlots {
  const takenByKey = new LRUCache<string, Taken>(growingTo(sumLimit));
  const takenOf = (key: string): Taken => {
    const known = takenByKey.get(key);
    if (known) return known;
    const taken = { freeAtMs: new Map(), lastAtMs: Number.NEGATIVE_INFINITY };
    takenByKey.set(key, taken);
    return taken;
  };
  return {
    async take({ key, slot, limit, gapMs, lifeMs }) {
      const taken = takenOf(key);
      const now = nowMs();
      for (const [name, at] of taken.freeAtMs) if (at <= now) taken.freeAtMs.delete(name);
      if (limit > 0 && taken.freeAtMs.size >= limit) return { isTaken: false, waitMs: null };
      const waitMs = taken.lastAtMs + gapMs - now;
      // A clock that was set back must not hold everything up.
      if (waitMs > 0 && waitMs <= gapMs) return { isTaken: false, waitMs };
      taken.lastAtMs = now;
      if (limit > 0) taken.freeAtMs.set(slot, now + lifeMs);
      return { isTaken: true };
    },
    async renew(names, lifeMs) {
      for (const { key, slot } of names) takenOf(key).freeAtMs.set(slot, nowMs() + lifeMs);
    },
    async give({ key, slot }) {
      takenByKey.get(key)?.freeAtMs.delete(slot);
    },
  };
}

interface InProcessTicker extends Ticker {
  /** Starts no more tasks and waits for the running ones. */
  close(): Promise<void>;
}

export function createInProcessTicker(onFault: FaultListener): InProcessTicker {
  const timers: NodeJS.Timeout[] = [];
  const running = new Map<string, Promise<void>>();
  const tick = (name: string, task: () => Promise<void>) => {
    if (running.has(name)) return;
    const work = (async () => task())()
      .catch((fault) => onFault(fault, name))
      .finally(() => running.delete(name));
    running.set(name, work);
  };
  return {
    every(name, periodMs, task) {
      tick(name, task);
      timers.push(setInterval(tick, periodMs, name, task));
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await Promise.all(running.values());
    },
  };
}
