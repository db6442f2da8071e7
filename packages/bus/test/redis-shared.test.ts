import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createRedisTicker } from '../src/redis/redis-ticker.ts';
import { openTestContext, openTestEvents, openTestQueue } from './open-test-bus.ts';
import { type RedisServer, redisStartTimeoutMs, useRedisServer } from './redis-server.ts';

const patient = { timeout: 15_000 };
/** Short, so that a dead process is noticed soon. */
const lockMs = 500;

let server: RedisServer;
beforeAll(async () => {
  server = await useRedisServer();
}, redisStartTimeoutMs);
afterAll(() => server.close());

test('a key is accepted once over all processes, and its job runs once', async () => {
  const keyPrefix = randomUUID();
  const [a, b] = [
    openTestQueue(server.url, { keyPrefix }),
    openTestQueue(server.url, { keyPrefix }),
  ];
  const taken = await Promise.all(
    Array.from({ length: 20 }, (_, n) => (n % 2 ? a : b).queue.add('7', { target_id: n })),
  );
  expect(taken.filter(Boolean)).toHaveLength(1);
  const runs: number[] = [];
  const note = async (job: { target_id: number }) => void runs.push(job.target_id);
  for (const { queue } of [a, b]) queue.consume(note, { concurrency: 4 });
  await expect.poll(async () => (await a.queue.depth()).active + runs.length, patient).toBe(1);
  await expect.poll(() => b.queue.add('7', { target_id: 99 }), patient).toBe(true);
  await expect.poll(() => runs.length, patient).toBe(2);
});

test('two processes share the jobs, and each job runs once', async () => {
  const keyPrefix = randomUUID();
  const [a, b] = [
    openTestQueue(server.url, { keyPrefix }),
    openTestQueue(server.url, { keyPrefix }),
  ];
  const [doneByA, doneByB]: [number[], number[]] = [[], []];
  const noteIn = (done: number[]) => async (job: { target_id: number }) => {
    await new Promise((resolve) => setImmediate(resolve));
    done.push(job.target_id);
  };
  a.queue.consume(noteIn(doneByA), { concurrency: 2 });
  b.queue.consume(noteIn(doneByB), { concurrency: 2 });
  const ids = Array.from({ length: 60 }, (_, n) => n + 1);
  for (const id of ids) await a.queue.add(`${id}`, { target_id: id });
  await expect.poll(() => [...doneByA, ...doneByB].sort((x, y) => x - y), patient).toEqual(ids);
});

test('a limit applies to all processes together, even after Redis forgot it', async () => {
  const keyPrefix = randomUUID();
  const { redis } = openTestContext(server.url, { keyPrefix }).link;
  const queues = [1, 2].map(() => openTestQueue(server.url, { keyPrefix }).queue);
  let [active, most, done] = [0, 0, 0];
  const work = async () => {
    active += 1;
    most = Math.max(most, active);
    await new Promise((resolve) => setTimeout(resolve, 50));
    active -= 1;
    done += 1;
  };
  for (const queue of queues) queue.consume(work, { concurrency: 4, limit: 3 });
  const meta = `${keyPrefix}:test:meta`;
  const limit = () => redis.hget(meta, 'concurrency');
  await expect.poll(limit, patient).toBe('3');
  for (let id = 1; id <= 30; id += 1) await queues[id % 2]?.add(`${id}`, { target_id: id });
  await expect.poll(() => done, patient).toBe(30);
  expect(most).toBe(3);
  await redis.del(meta);
  await expect.poll(limit, patient).toBe('3');
}, 40_000);

test('an event reaches the listeners of every process', async () => {
  const parts = openTestContext(server.url);
  const first = openTestEvents(server.url, 10, parts.keyPrefix);
  const second = openTestEvents(server.url, 10, parts.keyPrefix);
  const seen: string[] = [];
  first.events.subscribe(({ id }) => seen.push(`first ${id}`));
  second.events.subscribe(({ id }) => seen.push(`second ${id}`));
  await first.events.publish({ type: 'settings_changed', data: { keys: ['a'] } });
  await second.events.publish({ type: 'settings_changed', data: { keys: ['b'] } });
  await expect
    .poll(() => seen.filter((line) => line.startsWith('second')).length, patient)
    .toBeGreaterThan(0);
  await expect.poll(() => seen.filter((line) => line.startsWith('first')).length, patient).toBe(2);
});

test("a process's own listeners get its events even before it is subscribed", async () => {
  const { events, subscriber } = openTestEvents(server.url, 10);
  subscriber.disconnect();
  const seen: string[] = [];
  events.subscribe(({ event }) => seen.push(event.type));
  await events.publish({ type: 'settings_changed', data: { keys: ['a'] } });
  expect(seen).toEqual(['settings_changed']);
});

test('loss listeners are called if events may have been lost', async () => {
  const parts = openTestContext(server.url);
  const { events } = openTestEvents(server.url, 2, parts.keyPrefix);
  let losses = 0;
  const stop = events.onLoss(() => {
    losses += 1;
  });
  await events.publish({ type: 'settings_changed', data: { keys: ['a'] } });
  expect(losses).toBe(0);
  const { redis } = parts.link;
  await expect.poll(() => redis.status, patient).toBe('ready');
  await redis.del(`${parts.keyPrefix}:event-history`);
  await expect.poll(() => losses, patient).toBe(1);
  stop();
});

test('events published while a process was cut off reach it afterwards, once and in order', async () => {
  const { keyPrefix } = openTestContext(server.url);
  const reader = openTestEvents(server.url, 10, keyPrefix);
  const writer = openTestEvents(server.url, 10, keyPrefix);
  const seen: unknown[] = [];
  reader.events.subscribe(({ event }) => seen.push(event.data));
  const publish = (key: string) =>
    writer.events.publish({ type: 'settings_changed', data: { keys: [key] } });
  await reader.events.publish({ type: 'settings_changed', data: { keys: ['a'] } });
  await expect.poll(() => seen.length, patient).toBe(1);

  const { subscriber } = reader;
  const isCutOff = new Promise((resolve) => subscriber.once('close', resolve));
  subscriber.disconnect(true);
  await isCutOff;
  for (const key of ['b', 'c']) await publish(key);
  await expect.poll(() => seen.length, patient).toBe(3);
  await publish('d');
  const keys = ['a', 'b', 'c', 'd'];
  await expect.poll(() => seen, patient).toEqual(keys.map((key) => ({ keys: [key] })));
});

test('a new history with older ids than the last one is followed too', async () => {
  const { events, link, keyPrefix } = openTestEvents(server.url, 10);
  const seen: string[] = [];
  events.subscribe(({ id }) => seen.push(id));
  await events.publish({ type: 'settings_changed', data: { keys: ['a'] } });
  await expect.poll(() => seen.length, patient).toBe(1);
  const { redis } = link;
  const streamKey = `${keyPrefix}:event-history`;
  const event = JSON.stringify({ type: 'settings_changed', data: { keys: ['b'] } });
  await redis.multi().del(streamKey).xadd(streamKey, '5-1', 'event', event).exec();
  await redis.publish(`${keyPrefix}:events`, `5-1 ${event}`);
  await expect.poll(() => seen.slice(1), patient).toEqual(['5-1']);
});

test('a job whose process died ends, is reported, frees its key, and is not run again', async () => {
  const keyPrefix = randomUUID();
  const [dying, living] = [
    openTestQueue(server.url, { keyPrefix, lockMs }),
    openTestQueue(server.url, { keyPrefix, lockMs }),
  ];
  const runs = await dieAtWork(dying, living);
  await expect.poll(() => living.faults.length, patient).toBe(1);
  expect(`${living.faults[0]}`).toContain('stalled');
  expect(runs).toEqual(['dying']);
  expect(await living.queue.add('1', { target_id: 1 })).toBe(true);
});

test('an irreplaceable job is run again after its process died', async () => {
  const keyPrefix = randomUUID();
  const options = { keyPrefix, lockMs, isIrreplaceable: true };
  const [dying, living] = [openTestQueue(server.url, options), openTestQueue(server.url, options)];
  const runs = await dieAtWork(dying, living);
  await expect.poll(() => runs, patient).toEqual(['dying', 'living']);
});

test("a job that can't be read is reported and not run", async () => {
  const { queue, faults } = openTestQueue(server.url, {
    schema: {
      parse: () => {
        throw new Error('target_id is missing');
      },
    },
  });
  let runs = 0;
  queue.consume(
    async () => {
      runs += 1;
    },
    { concurrency: 1 },
  );
  await queue.add('1', { target_id: 1 });
  await expect.poll(() => faults.length, patient).toBe(1);
  await expect.poll(() => queue.depth(), patient).toEqual({ waiting: 0, active: 0 });
  expect(runs).toBe(0);
});

test('a tick runs in one process, and is skipped while the last one still runs anywhere', async () => {
  const keyPrefix = randomUUID();
  const [a, b] = [openTestTicker(keyPrefix), openTestTicker(keyPrefix)];
  const finish = Promise.withResolvers<void>();
  let [runs, beats] = [0, 0];
  for (const { ticker } of [a, b]) {
    ticker.every('scan', 300, async () => {
      runs += 1;
      if (runs === 1) await finish.promise;
    });
    // These ticks show that enough time has passed for the other task too.
    ticker.every('beat', 300, async () => {
      beats += 1;
    });
  }
  await expect.poll(() => beats, patient).toBeGreaterThan(5);
  expect(runs).toBe(1);
  finish.resolve();
  await expect.poll(() => runs, patient).toBeGreaterThan(2);
});

test('two processes tick no more often than one', async () => {
  const keyPrefix = randomUUID();
  const [a, b] = [openTestTicker(keyPrefix), openTestTicker(keyPrefix)];
  const at: number[] = [];
  for (const { ticker } of [a, b]) ticker.every('scan', 500, async () => void at.push(Date.now()));
  await expect.poll(() => at.length, patient).toBeGreaterThanOrEqual(6);
  const [first = 0, last = 0] = [at[0], at.at(-1)];
  expect(at.length - 1).toBeLessThanOrEqual(Math.ceil((last - first) / 500) + 1);
});

test('a task that throws is reported and runs again', async () => {
  const { ticker, faults } = openTestTicker(randomUUID());
  ticker.every('scan', 200, () => Promise.reject(new Error('broken')));
  await expect.poll(() => faults.length, patient).toBeGreaterThan(2);
});

function openTestTicker(keyPrefix: string) {
  const context = openTestContext(server.url, { keyPrefix });
  const ticker = createRedisTicker(context);
  onTestFinished(() => ticker.close());
  return { ticker, faults: context.faults };
}

type TestQueue = ReturnType<typeof openTestQueue>;

/** Starts a job, cuts off the process that runs it, and lets the other process take jobs. */
async function dieAtWork(dying: TestQueue, living: TestQueue): Promise<string[]> {
  const runs: string[] = [];
  const started = Promise.withResolvers<void>();
  dying.queue.consume(
    async () => {
      runs.push('dying');
      started.resolve();
      await new Promise(() => {});
    },
    { concurrency: 1 },
  );
  await dying.queue.add('1', { target_id: 1 });
  await started.promise;
  dying.close();
  living.queue.consume(async () => void runs.push('living'), { concurrency: 1 });
  return runs;
}
