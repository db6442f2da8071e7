import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createRedisBus } from '../src/index.ts';
import { openRedisConnections } from '../src/redis/redis-connections.ts';
import { createRedisEventBus } from '../src/redis/redis-event-bus.ts';
import { createRedisQueue } from '../src/redis/redis-queue.ts';

interface TestJob {
  target_id: number;
}

/** A whole bus, closed with the test; faults are gathered as `<where>: <message>`. */
export function openTestBus(redisUrl: string, keyPrefix: string) {
  const faults: string[] = [];
  const onFault = (fault: unknown, where: string) => faults.push(`${where}: ${fault}`);
  const bus = createRedisBus({
    redisUrl,
    keyPrefix,
    nowMs: Date.now,
    newJobId: randomUUID,
    onFault,
  });
  onTestFinished(() => bus.close());
  return { bus, faults };
}

/** What the parts of a bus are made of, for tests of one of them, under a prefix of its own. */
export function openTestParts(redisUrl: string, keyPrefix = `test-${randomUUID()}`) {
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => faults.push(fault);
  const connections = openRedisConnections({ redisUrl, nowMs: Date.now, onFault: () => {} });
  onTestFinished(() => connections.close());
  const common = { connections, keyPrefix, onFault, onRedisFault: () => {}, nowMs: Date.now };
  return { ...common, newJobId: randomUUID, faults };
}

export function openTestQueue(
  redisUrl: string,
  options: Partial<Parameters<typeof createRedisQueue<TestJob>>[0]> = {},
) {
  const parts = openTestParts(redisUrl, options.keyPrefix);
  const queue = createRedisQueue<TestJob>({
    ...parts,
    name: 'test',
    limit: 100,
    schema: { parse: readJob },
    ...options,
  });
  onTestFinished(() => queue.close());
  return { queue, ...parts };
}

export function openTestEvents(redisUrl: string, historyLimit: number, keyPrefix?: string) {
  const parts = openTestParts(redisUrl, keyPrefix);
  const events = createRedisEventBus({ ...parts, historyLimit });
  onTestFinished(() => events.close());
  return { events, historyLimit, ...parts };
}

function readJob(payload: unknown): TestJob {
  if (typeof payload === 'object' && payload && 'target_id' in payload) {
    const { target_id } = payload;
    if (typeof target_id === 'number') return { target_id };
  }
  throw new Error('no job');
}
