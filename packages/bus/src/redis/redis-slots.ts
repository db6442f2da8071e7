import type { SharedSlots } from '../bus.ts';
import type { RedisContext } from './redis-connections.ts';

/** Redis' own clock, because those of the hosts differ. */
const now = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/** One step, so that no two processes take the last slot. Returns 0 if it is taken, -1 if all others are. */
const takeScript = `${now}
local limit, gap, life = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if limit > 0 and redis.call('ZCARD', KEYS[1]) >= limit then return -1 end
if gap > 0 then
  local wait = tonumber(redis.call('GET', KEYS[2]) or 0) + gap - now
  if wait > 0 and wait <= gap then return wait end
  redis.call('SET', KEYS[2], string.format('%d', now), 'PX', gap)
end
if limit > 0 then
  redis.call('ZADD', KEYS[1], now + life, ARGV[1])
  redis.call('PEXPIRE', KEYS[1], life)
end
return 0`;

const renewScript = `${now}
for at = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[at]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])`;

export function createRedisSlots({ link, keyPrefix }: RedisContext): SharedSlots {
  const { redis } = link;
  const keyOf = (key: string) => `${keyPrefix}:slots:${key}`;
  return {
    take: ({ key, slot, limit, gapMs, lifeMs }) =>
      link.run(async () => {
        const keys = [keyOf(key), `${keyOf(key)}:last`];
        const reply = Number(await redis.eval(takeScript, 2, ...keys, slot, limit, gapMs, lifeMs));
        if (reply === 0) return { isTaken: true };
        return { isTaken: false, waitMs: reply < 0 ? null : reply };
      }),
    renew: (names, lifeMs) =>
      link.run(async () => {
        const pipeline = redis.pipeline();
        for (const [key, taken] of Map.groupBy(names, (name) => name.key)) {
          pipeline.eval(renewScript, 1, keyOf(key), lifeMs, ...taken.map(({ slot }) => slot));
        }
        for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
      }),
    give: ({ key, slot }) =>
      link.run(async () => {
        await redis.zrem(keyOf(key), slot);
      }),
  };
}
