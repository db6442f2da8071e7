import {
  AppError,
  probeModelJobSchema,
  proxyRequestsJobSchema,
  runTargetJobSchema,
} from '@api-monitor/core';
import type { Bus, FaultListener } from '../bus.ts';
import { limitFaults } from './limit-faults.ts';
import { openRedisConnections, type RedisConnections } from './redis-connections.ts';
import { createRedisEventBus } from './redis-event-bus.ts';
import { createRedisQueue } from './redis-queue.ts';
import { createRedisSums } from './redis-sums.ts';
import { createRedisTicker } from './redis-ticker.ts';

const queueLimit = 10_000;
/** A batch holds many requests, and Redis's memory holds the batches. */
const batchLimit = 4_000;
const historyLimit = 5_000;
/** Its writing passes over what is written already, and nobody would find it again. */
const batchRedeliveries = 3;
const probeLifeMs = 60_000;

export interface RedisBusOptions {
  /** `redis://[user:password@]host:port/database`; `rediss:` for TLS. */
  redisUrl: string;
  /** What all our keys in Redis begin with; processes that share it share the bus. */
  keyPrefix?: string;
  nowMs: () => number;
  /** Gives each job an id unlike any other in any process. */
  newJobId: () => string;
  onFault: FaultListener;
}

/**
 * The bus of distributed mode. It connects in the background, and again after each loss: without Redis,
 * whatever asks it for something throws AppError `unavailable` within seconds, and all else waits.
 */
export function createRedisBus(options: RedisBusOptions): Bus {
  const { redisUrl, keyPrefix = 'api-monitor', onFault } = options;
  // What is waited for within this process goes by the clock that nobody sets.
  const nowMs = () => performance.now();
  const onRedisFault = limitFaults(onFault, nowMs);
  const connections = openRedisConnections({ redisUrl, nowMs, onFault: onRedisFault });
  const common = { ...options, connections, keyPrefix, onRedisFault };
  const queues = {
    scheduledRuns: createRedisQueue({
      ...common,
      name: 'scheduled-runs',
      limit: queueLimit,
      schema: runTargetJobSchema,
    }),
    manualRuns: createRedisQueue({
      ...common,
      name: 'manual-runs',
      limit: queueLimit,
      schema: runTargetJobSchema,
    }),
    modelProbes: createRedisQueue({
      ...common,
      name: 'model-probes',
      limit: queueLimit,
      schema: probeModelJobSchema,
    }),
    proxyRequests: createRedisQueue({
      ...common,
      name: 'proxy-requests',
      limit: batchLimit,
      schema: proxyRequestsJobSchema,
      redeliveries: batchRedeliveries,
    }),
  };
  const events = createRedisEventBus({ ...common, historyLimit });
  const ticker = createRedisTicker(common);
  return {
    ...queues,
    events,
    sums: createRedisSums(connections.link, keyPrefix),
    ticker,
    fault: () => findFault(connections, keyPrefix),
    async close() {
      events.close();
      const owners = [ticker, ...Object.values(queues)];
      await Promise.all(owners.map((owner) => owner.close()));
      connections.close();
    },
  };
}

/** A write, since a Redis that only answers to reads is of no use. */
async function findFault({ link }: RedisConnections, keyPrefix: string): Promise<string | null> {
  try {
    await link.run(() => link.redis.set(`${keyPrefix}:health`, '1', 'PX', probeLifeMs));
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
