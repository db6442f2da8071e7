import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRedisSums } from '../src/redis/create-redis-bus.ts';
import { createRedisSlots } from '../src/redis/redis-slots.ts';
import { describeEventBusContract } from './event-bus-contract.ts';
import { openTestContext, openTestEvents, openTestQueue } from './open-test-bus.ts';
import { describeQueueContract } from './queue-contract.ts';
import { type RedisServer, redisStartTimeoutMs, useRedisServer } from './redis-server.ts';
import { describeSlotsContract } from './slots-contract.ts';
import { describeSumsContract } from './sums-contract.ts';

let server: RedisServer;
beforeAll(async () => {
  server = await useRedisServer();
}, redisStartTimeoutMs);
afterAll(() => server.close());

describe('the Redis queue', () => {
  describeQueueContract(async () => openTestQueue(server.url));

  test('a full queue rejects with a sentence', async () => {
    const { queue } = openTestQueue(server.url, { name: 'runs', limit: 1 });
    await queue.add('1', { target_id: 1 });
    await expect(queue.add('2', { target_id: 2 })).rejects.toThrow('the queue runs is full');
  });
});

describe('the Redis event bus', () => {
  describeEventBusContract(async () => openTestEvents(server.url, 5));
});

describe('the Redis sums', () => {
  describeSumsContract(() => createRedisSums(openTestContext(server.url)));
});

describe('the Redis slots', () => {
  describeSlotsContract(() => createRedisSlots(openTestContext(server.url)));
});
