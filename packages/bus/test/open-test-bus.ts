import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { QueueSpec } from '../src/bus.ts';
import { createRedisBus } from '../src/index.ts';
import { openRedisContext } from '../src/redis/redis-connections.ts';
import { createRedisEvents } from '../src/redis/redis-events.ts';
import { createRedisQueue } from '../src/redis/redis-queue.ts';

interface TestJob {
  target_id: number;
}

/** Short, because tests empty Redis and wait for what follows. */
const periods = { restore: 500, catchUp: 500 };

/** A whole bus, closed when the test ends; faults are collected as `<where>: <message>`. */
export function openTestBus(redisUrl: string, keyPrefix: string) {
  const faults: string[] = [];
  const onFault = (fault: unknown, where: string) => faults.push(`${where}: ${fault}`);
  const bus = createRedisBus({
    redisUrl,
    keyPrefix,
    nowMs: Date.now,
    newJobId: randomUUID,
    onFault,
    periods,
  });
  onTestFinished(() => bus.close());
  return { bus, faults };
}

/** The connections of a process, for tests of one part of a bus, with their own key prefix. */
export function openTestContext(
  redisUrl: string,
  { keyPrefix = `test-${randomUUID()}`, lockMs }: { keyPrefix?: string; lockMs?: number } = {},
) {
  const faults: unknown[] = [];
  const context = openRedisContext({
    redisUrl,
    keyPrefix,
    nowMs: Date.now,
    newJobId: randomUUID,
    onFault: (fault) => faults.push(fault),
    onRedisFault: () => {},
    periods,
    ...(lockMs && { lockMs }),
  });
  onTestFinished(() => context.close());
  return { ...context, faults };
}

interface QueueOptions extends Partial<QueueSpec<TestJob>> {
  keyPrefix?: string;
  lockMs?: number;
}

export function openTestQueue(redisUrl: string, { keyPrefix, lockMs, ...spec }: QueueOptions = {}) {
  const context = openTestContext(redisUrl, {
    ...(keyPrefix && { keyPrefix }),
    ...(lockMs && { lockMs }),
  });
  const schema = { parse: readJob };
  const queue = createRedisQueue<TestJob>(context, { name: 'test', limit: 100, schema, ...spec });
  onTestFinished(() => queue.close());
  return { queue, ...context };
}

export function openTestEvents(redisUrl: string, historyLimit: number, keyPrefix?: string) {
  const context = openTestContext(redisUrl, keyPrefix ? { keyPrefix } : {});
  const events = createRedisEvents(context, historyLimit);
  onTestFinished(() => events.close());
  return { events, historyLimit, ...context };
}

function readJob(payload: unknown): TestJob {
  if (typeof payload === 'object' && payload && 'target_id' in payload) {
    const { target_id } = payload;
    if (typeof target_id === 'number') return { target_id };
  }
  throw new Error('not a job');
}
