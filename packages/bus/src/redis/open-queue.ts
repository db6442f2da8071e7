import { Queue } from 'bullmq';
import type { FaultListener } from '../bus.ts';
import type { RedisLink } from './redis-link.ts';

interface Options {
  link: RedisLink;
  queueName: string;
  keyPrefix: string;
  onRedisFault: FaultListener;
}

/**
 * Returns the way to a BullMQ queue, to be used within `link.run`. It is made when it is first wanted
 * and made anew where that failed: BullMQ never recovers a queue whose first look at Redis failed.
 */
export function openQueue({ link, queueName, keyPrefix, onRedisFault }: Options) {
  let opening: Promise<Queue<unknown>> | null = null;
  const open = async () => {
    const queue = new Queue<unknown>(queueName, { connection: link.redis, prefix: keyPrefix });
    queue.on('error', (err) => onRedisFault(err, queueName));
    await queue.waitUntilReady();
    return queue;
  };
  return (): Promise<Queue<unknown>> => {
    opening ??= open().catch((err) => {
      opening = null;
      throw err;
    });
    return opening;
  };
}
