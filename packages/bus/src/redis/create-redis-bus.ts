import { AppError } from '@api-monitor/core';
import { type Addition, type Bus, historyLimit, queueSpecs, type SharedSums } from '../bus.ts';
import { openRedisContext, type Periods, type RedisContext } from './redis-connections.ts';
import { createRedisEvents } from './redis-events.ts';
import { limitFaults } from './redis-faults.ts';
import { createRedisQueue } from './redis-queue.ts';
import { createRedisSlots } from './redis-slots.ts';
import { createRedisTicker } from './redis-ticker.ts';

const probeLifeMs = 60_000;

interface Options extends Pick<RedisContext, 'nowMs' | 'newJobId' | 'onFault'> {
  /** `redis://[user:password@]host:port/database`; `rediss:` for TLS. */
  redisUrl: string;
  /** Processes with the same prefix share the bus. */
  keyPrefix?: string;
  periods?: Partial<Periods>;
}

/**
 * The bus of distributed mode. It connects in the background and reconnects after each loss. Without
 * Redis, calls that return something throw AppError `unavailable` within seconds; everything else waits.
 */
export function createRedisBus({ keyPrefix = 'api-monitor', ...options }: Options): Bus {
  const onRedisFault = limitFaults(options.onFault, () => performance.now());
  const context = openRedisContext({ ...options, keyPrefix, onRedisFault });
  const queues = {
    scheduledRuns: createRedisQueue(context, queueSpecs.scheduledRuns),
    manualRuns: createRedisQueue(context, queueSpecs.manualRuns),
    modelProbes: createRedisQueue(context, queueSpecs.modelProbes),
    balancePolls: createRedisQueue(context, queueSpecs.balancePolls),
    channelTests: createRedisQueue(context, queueSpecs.channelTests),
    alertSteps: createRedisQueue(context, queueSpecs.alertSteps),
    destinationTests: createRedisQueue(context, queueSpecs.destinationTests),
    proxyRequests: createRedisQueue(context, queueSpecs.proxyRequests),
  };
  const events = createRedisEvents(context, historyLimit);
  const ticker = createRedisTicker(context);
  return {
    ...queues,
    events,
    sums: createRedisSums(context),
    slots: createRedisSlots(context),
    ticker,
    fault: () => findFault(context),
    async close() {
      events.close();
      const owners = [ticker, ...Object.values(queues)];
      await Promise.all(owners.map((owner) => owner.close()));
      context.close();
    },
  };
}

/** Writes, because a Redis that only answers reads is of no use. */
async function findFault({ link, keyPrefix }: RedisContext): Promise<string | null> {
  try {
    await link.run(() => link.redis.set(`${keyPrefix}:health`, '1', 'PX', probeLifeMs));
    return null;
  } catch (error) {
    if (error instanceof AppError) return error.message;
    throw error;
  }
}

// One step: a sum without an expiry would never be forgotten, and one that was forgotten is raised once.
// The client reads an integer digit by digit in floating point, and the largest ones one too high.
const addScript = `
local missing = tonumber(ARGV[3]) - tonumber(redis.call('GET', KEYS[1]) or 0)
local by = tonumber(ARGV[1]) + math.max(missing, 0)
local sum = redis.call('INCRBY', KEYS[1], string.format('%.0f', by))
if sum == by then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return string.format('%.0f', sum)`;

export function createRedisSums({ link, keyPrefix }: RedisContext): SharedSums {
  const keyOf = ({ key }: Addition) => `${keyPrefix}:sum:${key}`;
  return {
    add: (additions) =>
      link.run(async () => {
        const pipeline = link.redis.pipeline();
        for (const addition of additions) {
          const { by, lifeS, atLeast = 0 } = addition;
          if (by === 0 && atLeast === 0) pipeline.get(keyOf(addition));
          else pipeline.eval(addScript, 1, keyOf(addition), by, lifeS, atLeast);
        }
        const replies = (await pipeline.exec()) ?? [];
        return replies.map(([error, sum]) => {
          if (error) throw error;
          return Number(sum ?? 0);
        });
      }),
  };
}
