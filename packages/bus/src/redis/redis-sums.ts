import type { Addition, SharedSums } from '../shared-sums.ts';
import type { RedisLink } from './redis-link.ts';

/** Sums that all processes share; Redis forgets each by itself. */
export function createRedisSums(link: RedisLink, keyPrefix: string): SharedSums {
  const keyOf = ({ key }: Addition) => `${keyPrefix}:sum:${key}`;
  return {
    add: (additions) =>
      link.run(async () => {
        const pipeline = link.redis.pipeline();
        for (const addition of additions) {
          const { by, lifeS } = addition;
          if (by === 0) pipeline.get(keyOf(addition));
          else pipeline.eval(addScript, 1, keyOf(addition), by, lifeS);
        }
        const replies = (await pipeline.exec()) ?? [];
        return replies.map(([error, sum]) => {
          if (error) throw error;
          return Number(sum ?? 0);
        });
      }),
  };
}

// In one step: a sum without an end would never be forgotten.
const addScript = `
local sum = redis.call('INCRBY', KEYS[1], ARGV[1])
if sum == tonumber(ARGV[1]) then redis.call('EXPIRE', KEYS[1], ARGV[2]) end
return sum`;
