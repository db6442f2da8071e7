import { Redis, type RedisOptions } from 'ioredis';
import type { FaultListener } from '../bus.ts';
import { openRedisLink, type RedisLink } from './redis-link.ts';

/** What every part of the Redis driver works with. */
export interface RedisContext {
  link: RedisLink;
  /** The connection for pub/sub. */
  subscriber: OwnedRedis;
  /** The connection that all workers of this process share. Opened when first used: the api has no workers. */
  workers(): OwnedRedis;
  /** What all our keys in Redis begin with. */
  keyPrefix: string;
  /** The wall clock. */
  nowMs: () => number;
  /** Returns an id that no other process uses. */
  newJobId: () => string;
  /** Receives what handlers, listeners and tasks throw. */
  onFault: FaultListener;
  /** Receives Redis errors, at a limited rate. */
  onRedisFault: FaultListener;
  /** How long a job stays with a process that shows no sign of life. */
  lockMs: number;
  periods: Periods;
  close(): void;
}

/** How often a process does what a Redis that was emptied makes necessary, in milliseconds. */
const usualPeriods = {
  /** Sets schedules and limits again. */
  restore: 10_000,
  /** Reads events, because pub/sub may drop a message silently. */
  catchUp: 5_000,
};
export type Periods = typeof usualPeriods;

type Owned = 'link' | 'subscriber' | 'workers' | 'lockMs' | 'periods' | 'close';
type Options = Omit<RedisContext, Owned> & {
  redisUrl: string;
  lockMs?: number;
  periods?: Partial<Periods>;
};

/** A process that dies loses its jobs after up to twice this time. */
const defaultLockMs = 15_000;

/** Connects in the background. */
export function openRedisContext({
  redisUrl,
  lockMs = defaultLockMs,
  periods: given,
  ...options
}: Options): RedisContext {
  const onError = (error: Error) => options.onRedisFault(error, 'redis');
  const periods = { ...usualPeriods, ...given };
  const connect = (settings: RedisSettings) => new OwnedRedis(redisUrl, settings, onError);
  const link = openRedisLink(connect, periods.restore);
  const subscriber = new OwnedRedis(redisUrl, { enableOfflineQueue: false }, onError);
  let workers: OwnedRedis | null = null;
  return {
    ...options,
    lockMs,
    periods,
    link,
    subscriber,
    workers() {
      // BullMQ requires this setting: a worker's commands wait for as long as Redis is away.
      workers ??= new OwnedRedis(redisUrl, { maxRetriesPerRequest: null }, onError);
      return workers;
    },
    close() {
      for (const redis of [link.redis, subscriber, workers]) redis?.release();
    },
  };
}

const longestRetryMs = 2_000;

/** Every connection reconnects by itself and notices a dead socket. */
const commonSettings = {
  retryStrategy: (times: number) => Math.min(times * 200, longestRetryMs),
  connectTimeout: 5_000,
  // A host that vanished closes no socket. Longer than any blocking read.
  socketTimeout: 20_000,
  // The subscriber's owner subscribes again itself, to handle failures.
  autoResubscribe: false,
} satisfies RedisOptions;

type RedisSettings = Omit<RedisOptions, 'replyMapping'>;

/** A connection that always has an error listener and owns the copies that BullMQ makes for blocking reads. */
export class OwnedRedis extends Redis {
  readonly #copies: { disconnect(): void }[] = [];
  readonly #onError: (error: Error) => void;

  constructor(url: string, settings: RedisSettings, onError: (error: Error) => void) {
    super(url, { ...commonSettings, ...settings });
    this.#onError = onError;
    this.on('error', onError);
  }

  override duplicate<Override extends Partial<RedisOptions> | undefined = undefined>(
    override?: Override,
  ) {
    const copy = super.duplicate<Override>(override);
    copy.on('error', this.#onError);
    this.#copies.push(copy);
    return copy;
  }

  /** Closes it and its copies at once; pending commands are rejected. */
  release(): void {
    for (const redis of [this, ...this.#copies]) redis.disconnect();
  }
}
