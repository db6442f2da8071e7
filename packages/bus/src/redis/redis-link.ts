import { AppError } from '@api-monitor/core';
import type { Redis, RedisOptions } from 'ioredis';
import { bareError } from './redis-faults.ts';

/** How long a caller waits for a connection that was lost a moment ago, or is being opened. */
const connectWaitMs = 2_000;
const commandTimeoutMs = 2_000;
/** For work of several commands. */
const workTimeoutMs = 5_000;
const retryAfterS = 5;
/** A command that takes this long to fail means that Redis is frozen, because the connection is open. */
const frozenAfterMs = 1_000;
/** While Redis is frozen, one caller per this time tries, and the others are rejected at once. */
const frozenRetryMs = 1_000;

/** The connection for commands with a waiting caller: they succeed or fail within seconds. */
export interface RedisLink<Connection extends Redis = Redis> {
  redis: Connection;
  isUp(): boolean;
  /** Throws AppError `unavailable` if Redis can't be reached or refuses a command. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /**
   * Runs `work` whenever Redis has come back, and now and then because it may have been emptied. `now` runs
   * it at once; all of them do nothing while Redis is away.
   */
  restore(
    work: () => Promise<void>,
    onError: (error: unknown) => void,
  ): { now(): void; stop(): void };
}

export function openRedisLink<Connection extends Redis>(
  connect: (settings: Omit<RedisOptions, 'replyMapping'>) => Connection,
  restorePeriodMs: number,
): RedisLink<Connection> {
  const redis = connect({
    commandTimeout: commandTimeoutMs,
    // A command that failed for its caller must not run later.
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 1,
  });
  // Not the wall clock, which may be set.
  const nowMs = () => performance.now();
  let lostAtMs: number | null = nowMs();
  let up = Promise.withResolvers<void>();
  redis.on('ready', () => {
    lostAtMs = null;
    up.resolve();
  });
  redis.on('close', () => {
    if (lostAtMs !== null) return;
    lostAtMs = nowMs();
    up = Promise.withResolvers();
  });
  const isUp = () => lostAtMs === null;

  let nextTryMs = 0;
  const assertNotFrozen = () => {
    if (nowMs() < nextTryMs) throw new Error('Redis does not answer');
    if (nextTryMs > 0) nextTryMs = nowMs() + frozenRetryMs + commandTimeoutMs;
  };
  const run = async <T>(work: () => Promise<T>): Promise<T> => {
    let startedAtMs = Number.POSITIVE_INFINITY;
    try {
      // The wait counts from the loss, so in a long outage no call waits.
      if (lostAtMs !== null)
        await withTimeout(up.promise, Math.max(0, lostAtMs + connectWaitMs - nowMs()));
      assertNotFrozen();
      startedAtMs = nowMs();
      const result = await withTimeout(work(), workTimeoutMs);
      nextTryMs = 0;
      return result;
    } catch (cause) {
      const tookMs = nowMs() - startedAtMs;
      if (isUp() && tookMs > frozenAfterMs) nextTryMs = nowMs() + frozenRetryMs;
      throw cause instanceof AppError ? cause : unavailable(cause);
    }
  };
  return {
    redis,
    isUp,
    run,
    restore(work, onError) {
      const now = () => {
        if (isUp()) run(work).catch(onError);
      };
      redis.on('ready', now);
      const timer = setInterval(now, restorePeriodMs).unref();
      const stop = () => {
        clearInterval(timer);
        redis.off('ready', now);
      };
      return { now, stop };
    },
  };
}

/** Settles as `work` does, or rejects after `limitMs`. */
async function withTimeout<T>(work: Promise<T>, limitMs: number): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${limitMs} ms`)), limitMs);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

function unavailable(cause: unknown): AppError {
  // Redis answered with an error: its memory is full, it is a replica, or it can't write to its disk.
  const isRefusal = cause instanceof Error && cause.name === 'ReplyError';
  const message = isRefusal ? 'Redis rejects commands' : 'Redis is out of reach';
  return new AppError('unavailable', message, { cause: bareError(cause), retryAfterS });
}
