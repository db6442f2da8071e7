import type { FaultListener } from '../bus.ts';
import { OwnedRedis } from './owned-redis.ts';
import { openRedisLink, type RedisLink } from './redis-link.ts';

/** All the connections of one process. */
export interface RedisConnections {
  link: RedisLink;
  subscriber: OwnedRedis;
  /** Shared by the process's workers, made when the first one asks: an api consumes nothing. */
  workers(): OwnedRedis;
  close(): void;
}

interface Options {
  redisUrl: string;
  nowMs: () => number;
  /** Told of lost connections, at a bounded rate. */
  onFault: FaultListener;
}

export function openRedisConnections({ redisUrl, nowMs, onFault }: Options): RedisConnections {
  const onError = (error: Error) => onFault(error, 'redis');
  const link = openRedisLink({ redisUrl, nowMs, onError });
  const subscriber = new OwnedRedis(redisUrl, { enableOfflineQueue: false }, onError);
  let workers: OwnedRedis | null = null;
  return {
    link,
    subscriber,
    workers() {
      // As BullMQ demands: what a worker asks for waits for as long as Redis is away.
      workers ??= new OwnedRedis(redisUrl, { maxRetriesPerRequest: null }, onError);
      return workers;
    },
    close() {
      for (const redis of [link.redis, subscriber, workers]) redis?.release();
    },
  };
}
