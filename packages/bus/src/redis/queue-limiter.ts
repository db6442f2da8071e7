import type { Queue } from 'bullmq';
import type { FaultListener } from '../bus.ts';
import type { RedisConnections } from './redis-connections.ts';

interface Options {
  queue: () => Promise<Queue<unknown>>;
  queueName: string;
  connections: RedisConnections;
  onRedisFault: FaultListener;
}

/** An emptied Redis has the limit again after this time. */
const lookAfterMs = 10_000;

/** Keeps the limit of a queue that holds for all processes: it stands in Redis, which may forget it. */
export function createQueueLimiter({ queue, queueName, connections, onRedisFault }: Options) {
  const { link } = connections;
  let timer: NodeJS.Timeout | undefined;
  let look = () => {};

  const put = async (limit: number | null) => {
    const bullQueue = await queue();
    const known = await bullQueue.getGlobalConcurrency();
    if (known === limit) return;
    if (limit === null) await bullQueue.removeGlobalConcurrency();
    else await bullQueue.setGlobalConcurrency(limit);
  };
  return {
    /** `limit` jobs at a time in all processes; null: as many as come. */
    hold(limit: number | null): void {
      look = () => {
        if (link.isUp()) link.run(() => put(limit)).catch((err) => onRedisFault(err, queueName));
      };
      link.redis.on('ready', look);
      timer = setInterval(look, lookAfterMs);
      timer.unref();
      look();
    },
    close(): void {
      clearInterval(timer);
      link.redis.off('ready', look);
    },
  };
}
