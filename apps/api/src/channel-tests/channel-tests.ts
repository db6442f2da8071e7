import { randomUUID } from 'node:crypto';
import type { Bus } from '@api-monitor/bus';
import { AppError, type ChannelTest, type TestChannelJob } from '@api-monitor/core';

type Asked = Pick<TestChannelJob, 'sealed_channel' | 'model'>;

/** Has a worker try channels, and waits for what it finds. */
export interface ChannelTests {
  /**
   * Throws AppError `rate_limited` if too many were tried lately, `unavailable` if no worker answers in time
   * or `signal` aborts, which also ends the test.
   */
  run(asked: Asked, signal: AbortSignal): Promise<ChannelTest>;
  close(): void;
}

export const channelTestLimits = {
  /** A worker gives up by itself a little earlier. */
  timeoutMs: 60_000,
  /** That this process waits for at a time. */
  atOnce: 4,
  /** Of all processes together. */
  perMinute: 20,
};

interface Options {
  bus: Pick<Bus, 'channelTests' | 'events' | 'sums'>;
  /** Unix seconds. */
  now: () => number;
  limits?: typeof channelTestLimits;
}

export function createChannelTests({
  bus,
  now,
  limits = channelTestLimits,
}: Options): ChannelTests {
  const waiting = new Map<string, (result: ChannelTest) => void>();
  const closing = new AbortController();
  const unsubscribe = bus.events.subscribe(({ event }) => {
    if (event.type !== 'channel_tested') return;
    const { test_id, result } = event.data;
    if (result) waiting.get(test_id)?.(result);
  });

  const countOne = async () => {
    const [tests = 0] = await bus.sums.add([{ key: 'channel-tests', by: 1, lifeS: 60 }]);
    if (tests > limits.perMinute) throw tooMany(60);
  };

  const waitFor = (test_id: string, ended: AbortSignal) =>
    new Promise<ChannelTest | null>((resolve) => {
      waiting.set(test_id, resolve);
      ended.addEventListener('abort', () => resolve(null), { once: true });
      if (ended.aborted) resolve(null);
    });

  return {
    async run(asked, signal) {
      if (waiting.size >= limits.atOnce) throw tooMany(5);
      const late = AbortSignal.timeout(limits.timeoutMs);
      const ended = AbortSignal.any([signal, late, closing.signal]);
      const test_id = randomUUID();
      const found = waitFor(test_id, ended);
      try {
        await countOne();
        const expires_at = now() + limits.timeoutMs / 1000;
        await bus.channelTests.add(test_id, { ...asked, test_id, expires_at });
        const result = await found;
        if (result) return result;
      } finally {
        waiting.delete(test_id);
      }
      await bus.events.publish({ type: 'channel_tested', data: { test_id, result: null } });
      const seconds = limits.timeoutMs / 1000;
      const message = late.aborted
        ? `no worker has tried the channel within ${seconds} s`
        : 'the test was cancelled';
      throw new AppError('unavailable', message);
    },
    close() {
      closing.abort();
      unsubscribe();
    },
  };
}

function tooMany(retryAfterS: number): AppError {
  return new AppError('rate_limited', 'too many channels are being tested; try again in a moment', {
    retryAfterS,
  });
}
