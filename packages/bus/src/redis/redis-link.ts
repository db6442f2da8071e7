import { AppError } from '@api-monitor/core';
import { bareError } from './bare-error.ts';
import { OwnedRedis } from './owned-redis.ts';
import { within } from './within.ts';

/** How long a caller waits for a connection that has just been lost, or is being made. */
const patienceMs = 2_000;
const commandTimeoutMs = 2_000;
/** For work of several commands. */
const workTimeoutMs = 5_000;
const retryAfterS = 5;
/** Once it has let somebody wait in vain, others are refused at once, but for one try in this time. */
const stillMs = 1_000;

/** The connection for commands that somebody waits for: it answers or fails within seconds. */
export interface RedisLink {
  redis: OwnedRedis;
  isUp(): boolean;
  /** Throws AppError `unavailable` where Redis is out of reach, or refuses. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

interface Options {
  redisUrl: string;
  nowMs: () => number;
  onError: (error: Error) => void;
}

export function openRedisLink({ redisUrl, nowMs, onError }: Options): RedisLink {
  const redis = new OwnedRedis(
    redisUrl,
    {
      commandTimeout: commandTimeoutMs,
      // What failed for its caller must not be done an hour later.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 1,
    },
    onError,
  );
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

  // A Redis that stands still would make everybody wait, one after the other.
  let tryAgainAtMs = 0;
  const assertMoving = () => {
    if (nowMs() < tryAgainAtMs) throw new Error('Redis stands still');
    if (tryAgainAtMs > 0) tryAgainAtMs = nowMs() + stillMs + commandTimeoutMs;
  };
  // In a long outage nobody waits: patience counts from when the connection was lost.
  const whenUp = async () => {
    if (lostAtMs !== null) await within(up.promise, Math.max(0, lostAtMs + patienceMs - nowMs()));
  };
  return {
    redis,
    isUp: () => lostAtMs === null,
    async run(work) {
      try {
        await whenUp();
        assertMoving();
        const answer = await within(work(), workTimeoutMs);
        tryAgainAtMs = 0;
        return answer;
      } catch (cause) {
        if (lostAtMs === null && isLate(cause)) tryAgainAtMs = nowMs() + stillMs;
        throw cause instanceof AppError ? cause : unavailable(cause);
      }
    },
  };
}

/** ioredis says `Command timed out`, `within` says `no answer within …`. */
function isLate(cause: unknown): boolean {
  return cause instanceof Error && /timed out|no answer within/.test(cause.message);
}

function unavailable(cause: unknown): AppError {
  // Redis answered, with an error: its memory is full, it is a replica, or may not write to its disk.
  const isRefusal = cause instanceof Error && cause.name === 'ReplyError';
  const message = isRefusal ? 'Redis refuses what it is asked' : 'Redis is out of reach';
  return new AppError('unavailable', message, { cause: bareError(cause), retryAfterS });
}
