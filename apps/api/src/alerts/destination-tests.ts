import type { Bus } from '@api-monitor/bus';
import type { DestinationTest, TestDestinationJob } from '@api-monitor/core';
import { createWorkerTests, type WorkerTests } from '../channel-tests/worker-tests.ts';

type Asked = Omit<TestDestinationJob, 'test_id' | 'expires_at'>;

/** Has a worker send tests to destinations, and waits for their answers. */
export type DestinationTests = WorkerTests<Asked, DestinationTest>;

export const destinationTestLimits = { timeoutMs: 30_000, atOnce: 4, perMinute: 20 };

interface Options {
  bus: Pick<Bus, 'destinationTests' | 'events' | 'sums'>;
  /** Unix seconds. */
  now: () => number;
}

export function createDestinationTests({ bus, now }: Options): DestinationTests {
  return createWorkerTests<Asked, DestinationTest>({
    ...{ bus, queue: bus.destinationTests, name: 'destination-tests', what: 'destination' },
    ...{ now, limits: destinationTestLimits },
    eventOf: (data) => ({ type: 'destination_tested', data }),
    outcomeIn: ({ type, data }) => (type === 'destination_tested' ? data : null),
  });
}
