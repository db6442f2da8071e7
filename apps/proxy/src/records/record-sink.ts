import type { JobQueue } from '@api-monitor/bus';
import type { ProxyRequest, ProxyRequestsJob } from '@api-monitor/core';
import type { OutageWatch } from '@api-monitor/runtime';
import { HandedOver } from './handed-over.ts';

/** Takes each request's record off the path, and hands them over in batches. */
export interface RecordSink {
  add(record: ProxyRequest): void;
  /** The queue may have lost what it held: what was handed over of late is handed over again. */
  handOverAgain(): void;
  /** Hands over what is left. */
  close(): Promise<void>;
}

interface Options {
  queue: Pick<JobQueue<ProxyRequestsJob>, 'add'>;
  newBatchId: () => string;
  onDropped: (count: number) => void;
  /** Of the handing over. */
  watch: OutageWatch;
  /** How long a record may wait here: a killed process takes with it what does. */
  periodMs: number;
}

/** Half a millisecond's work; what is more goes in several. */
const batchSize = 50;
/** With the queue out of reach, the newest records are kept. */
const bufferLimit = 20_000;

export function createRecordSink(options: Options): RecordSink {
  const { queue, newBatchId, onDropped, watch } = options;
  const records: ProxyRequest[] = [];
  const handedOver = new HandedOver();
  let underWay: Promise<void> | null = null;

  const handOver = async () => {
    while (records.length > 0) {
      const requests = records.splice(0, batchSize);
      try {
        await queue.add(newBatchId(), { requests });
      } catch (fault) {
        records.unshift(...requests);
        throw fault;
      }
      handedOver.keep(requests);
    }
    handedOver.endTurn();
  };
  const flush = () => {
    underWay ??= watch(handOver()).finally(() => {
      underWay = null;
    });
    return underWay;
  };
  const timer = setInterval(() => void flush(), options.periodMs);
  timer.unref();

  return {
    add(record) {
      records.push(record);
      if (records.length <= bufferLimit) return;
      records.shift();
      onDropped(1);
    },
    handOverAgain() {
      // Whoever writes them knows a request by its id.
      records.unshift(...handedOver.takeAll());
    },
    async close() {
      clearInterval(timer);
      // One may have begun before the last of them came.
      await underWay;
      await flush();
      // Nobody is left to hand them over.
      if (records.length > 0) onDropped(records.length);
      records.length = 0;
    },
  };
}
