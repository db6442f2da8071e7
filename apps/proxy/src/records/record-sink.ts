import type { JobQueue } from '@api-monitor/bus';
import type { ProxyRequest, ProxyRequestsJob } from '@api-monitor/core';
import type { OutageWatch } from '@api-monitor/runtime';

interface Options {
  queue: Pick<JobQueue<ProxyRequestsJob>, 'add'>;
  newBatchId: () => string;
  onDropped: (count: number) => void;
  /** Watches whether records can be queued. */
  watch: OutageWatch;
  /** How long a record may wait here; waiting records are lost if the process is killed. */
  periodMs: number;
}

/** A quarter of a millisecond's work; more records go in several batches. */
const batchSize = 200;
/** How much of an error's text a record keeps. */
export const errorLimit = 500;
/** While the queue can't be reached, this many of the newest records are kept. */
const bufferLimit = 20_000;

export type RecordSink = ReturnType<typeof createRecordSink>;

/** Takes each request's record, and queues them in batches outside the request path. */
export function createRecordSink(options: Options) {
  const { queue, newBatchId, onDropped, watch } = options;
  const records: ProxyRequest[] = [];
  const recent = new RecentlyQueued();
  let running: Promise<void> | null = null;

  const queueAll = async () => {
    while (records.length > 0) {
      const requests = records.splice(0, batchSize);
      try {
        await queue.add(newBatchId(), { requests });
      } catch (fault) {
        records.unshift(...requests);
        throw fault;
      }
      recent.keep(requests);
    }
    recent.endTurn();
  };
  const flush = () => {
    running ??= watch(queueAll()).finally(() => {
      running = null;
    });
    return running;
  };
  const timer = setInterval(() => void flush(), options.periodMs);
  timer.unref();

  return {
    add(record: ProxyRequest): void {
      records.push(record);
      if (records.length <= bufferLimit) return;
      records.shift();
      onDropped(1);
    },
    /** Queues again what was queued recently, because the queue may have lost it. */
    queueAgain(): void {
      // Records are written once by their id, however often they are queued.
      records.unshift(...recent.takeAll());
    },
    /** Queues what is left. */
    async close(): Promise<void> {
      clearInterval(timer);
      // A flush may have begun before the last records came.
      await running;
      await flush();
      if (records.length > 0) onDropped(records.length);
      records.length = 0;
    },
  };
}

/** After this many turns, records are assumed to have been written. */
const keptTurns = 60;
/** About as many as a busy gateway serves before it notices that the queue was emptied. */
const keptLimit = 5_000;

/** What was queued recently and may not be written yet: a Redis that is emptied forgets it. */
class RecentlyQueued {
  readonly #batches: { turn: number; records: readonly ProxyRequest[] }[] = [];
  #turn = 0;
  #count = 0;

  keep(records: readonly ProxyRequest[]): void {
    this.#batches.push({ turn: this.#turn, records });
    this.#count += records.length;
    while (this.#count > keptLimit) this.#forgetFirst();
  }

  /** Called when everything has been queued, so no turn ends while the queue can't be reached. */
  endTurn(): void {
    this.#turn += 1;
    const oldest = this.#turn - keptTurns;
    while (this.#batches[0] && this.#batches[0].turn < oldest) this.#forgetFirst();
  }

  /** In the order in which they were queued. */
  takeAll(): ProxyRequest[] {
    this.#count = 0;
    return this.#batches.splice(0).flatMap(({ records }) => records);
  }

  #forgetFirst(): void {
    this.#count -= this.#batches.shift()?.records.length ?? 0;
  }
}
