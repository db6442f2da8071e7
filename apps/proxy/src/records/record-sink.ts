import type { JobQueue } from '@api-monitor/bus';
import type { ProxyRequest, ProxyRequestsJob } from '@api-monitor/core';

/** Takes each request's record off the path, and hands them over in batches. */
export interface RecordSink {
  add(record: ProxyRequest): void;
  /** A record that is still in the making: closing waits for it. */
  expect(record: Promise<ProxyRequest>): void;
  /** Hands over what is left. */
  close(): Promise<void>;
}

interface Options {
  queue: Pick<JobQueue<ProxyRequestsJob>, 'add'>;
  newBatchId: () => string;
  onDropped: (count: number) => void;
  onFault: (fault: unknown) => void;
  periodMs: number;
}

const batchSize = 200;
/** With the queue out of reach, the newest records are kept. */
const bufferLimit = 20_000;

export function createRecordSink(options: Options): RecordSink {
  const { queue, newBatchId, onDropped, onFault } = options;
  let records: ProxyRequest[] = [];
  let underWay: Promise<void> = Promise.resolve();
  const expected = new Set<Promise<void>>();

  const handOver = async () => {
    while (records.length > 0) {
      const requests = records.slice(0, batchSize);
      await queue.add(newBatchId(), { requests });
      records = records.slice(requests.length);
    }
  };
  const flush = () => {
    underWay = underWay.then(handOver).catch(onFault);
    return underWay;
  };
  const timer = setInterval(flush, options.periodMs);
  timer.unref();

  const add = (record: ProxyRequest) => {
    records.push(record);
    if (records.length <= bufferLimit) return;
    records.shift();
    onDropped(1);
  };

  return {
    add,
    expect(record) {
      const work = record.then(add, onFault).finally(() => expected.delete(work));
      expected.add(work);
    },
    async close() {
      clearInterval(timer);
      await Promise.all(expected);
      await flush();
      // Nobody is left to hand them over.
      if (records.length > 0) onDropped(records.length);
      records = [];
    },
  };
}
