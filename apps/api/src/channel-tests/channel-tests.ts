import type { Bus } from '@api-monitor/bus';
import type { ChannelTest, TestChannelJob } from '@api-monitor/core';
import { createWorkerTests, type TestLimits, type WorkerTests } from './worker-tests.ts';

type Asked = Pick<TestChannelJob, 'sealed_channel' | 'model'>;

/** Has a worker try channels, and waits for what it finds. */
export type ChannelTests = WorkerTests<Asked, ChannelTest>;

export const channelTestLimits: TestLimits = { timeoutMs: 60_000, atOnce: 4, perMinute: 20 };

interface Options {
  bus: Pick<Bus, 'channelTests' | 'events' | 'sums'>;
  /** Unix seconds. */
  now: () => number;
  limits?: TestLimits;
}

export function createChannelTests({
  bus,
  now,
  limits = channelTestLimits,
}: Options): ChannelTests {
  return createWorkerTests<Asked, ChannelTest>({
    ...{ bus, queue: bus.channelTests, name: 'channel-tests', what: 'channel', now, limits },
    eventOf: (data) => ({ type: 'channel_tested', data }),
    outcomeIn: ({ type, data }) => (type === 'channel_tested' ? data : null),
  });
}
