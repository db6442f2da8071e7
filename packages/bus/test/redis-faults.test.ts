import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type Bus, createRedisBus, type StoredEvent } from '../src/index.ts';
import { openTestBus } from './open-test-bus.ts';
import { type PrivateRedisServer, redisStartTimeoutMs, startRedisServer } from './redis-server.ts';

/** How long a caller may have to wait if Redis is away or frozen. */
const boundMs = 6_000;
const patient = { timeout: 15_000 };
const updated = (target_id: number) => ({ type: 'target_updated', data: { target_id } }) as const;

let server: PrivateRedisServer;
beforeEach(async () => {
  server = await startRedisServer();
}, redisStartTimeoutMs);
afterEach(() => server.close());

const open = () => openTestBus(server.url, 'api-monitor');

test('while Redis is away calls are rejected within seconds, and they work again when it is back', async () => {
  const { bus } = open();
  await expect.poll(() => bus.fault(), patient).toBeNull();
  await server.stop();
  await refusedInTime(() => bus.manualRuns.add('1', { target_id: 1 }));
  await passedInTime(() => bus.events.publish(updated(1)));
  await refusedInTime(() => bus.events.since('1-0'));
  await refusedInTime(() => bus.manualRuns.depth());
  expect(await bus.fault()).toBe('Redis is out of reach');
  await server.start();
  await expect.poll(() => bus.fault(), patient).toBeNull();
  expect(await bus.manualRuns.add('1', { target_id: 1 })).toBe(true);
});

test('in a long outage calls are rejected at once', async () => {
  await server.stop();
  const { bus } = open();
  await passedInTime(() => bus.events.publish(updated(1)));
  const before = performance.now();
  for (let id = 1; id <= 50; id += 1) {
    await expect(bus.manualRuns.add(`${id}`, { target_id: id })).rejects.toThrow('out of reach');
  }
  expect(performance.now() - before).toBeLessThan(1_000);
});

test('no call waits long for a frozen Redis', async () => {
  const { bus } = open();
  await expect.poll(() => bus.fault(), patient).toBeNull();
  server.signal('SIGSTOP');
  await refusedInTime(() => bus.manualRuns.add('1', { target_id: 1 }));
  const before = performance.now();
  for (let id = 1; id <= 20; id += 1) {
    await expect(bus.manualRuns.add(`${id}`, { target_id: id })).rejects.toThrow('out of reach');
  }
  expect(performance.now() - before).toBeLessThan(boundMs);
  expect(await bus.fault()).toBe('Redis is out of reach');
  server.signal('SIGCONT');
  await expect.poll(() => bus.fault(), patient).toBeNull();
});

test('a bus that started without Redis works as soon as Redis is there', async () => {
  await server.stop();
  const { bus } = open();
  const { seen, runs } = follow(bus);
  await passedInTime(() => bus.events.publish(updated(1)));
  await server.start();
  await expect.poll(() => bus.fault(), patient).toBeNull();
  await bus.events.publish(updated(2));
  await bus.scheduledRuns.add('2', { target_id: 2 });
  await expect.poll(() => [targetsOf(seen), runs], patient).toEqual([[2], [2]]);
});

test('after a Redis restart without data, events, jobs and ticks continue in every process', async () => {
  const [a, b] = [open(), open()];
  const [followedA, followedB] = [follow(a.bus), follow(b.bus)];
  let ticks = 0;
  for (const { bus } of [a, b])
    bus.ticker.every('scan', 1_000, async () => {
      ticks += 1;
    });
  await expect.poll(() => ticks, patient).toBeGreaterThan(0);
  await a.bus.events.publish(updated(1));
  await expect.poll(() => followedB.seen.length, patient).toBe(1);

  let losses = 0;
  b.bus.events.onLoss(() => {
    losses += 1;
  });
  await server.stop();
  await server.start();
  await expect.poll(() => losses, patient).toBeGreaterThan(0);
  const ticksBefore = ticks;
  await expect.poll(() => a.bus.fault(), patient).toBeNull();
  await a.bus.events.publish(updated(2));
  await expect
    .poll(() => [targetsOf(followedA.seen), targetsOf(followedB.seen)], patient)
    .toEqual([
      [1, 2],
      [1, 2],
    ]);
  await b.bus.scheduledRuns.add('7', { target_id: 7 });
  await expect.poll(() => [...followedA.runs, ...followedB.runs], patient).toEqual([7]);
  await expect.poll(() => ticks, { timeout: 20_000 }).toBeGreaterThan(ticksBefore + 1);
}, 60_000);

test('an emptied Redis gets its schedule back, and no key stays taken', async () => {
  const { bus } = open();
  let ticks = 0;
  bus.ticker.every('scan', 1_000, async () => {
    ticks += 1;
  });
  await bus.manualRuns.add('1', { target_id: 1 });
  const { seen, runs } = follow(bus);
  await expect.poll(() => [runs, ticks > 0], patient).toEqual([[1], true]);
  await bus.events.publish(updated(1));
  await expect.poll(() => seen.length, patient).toBe(1);
  const [{ id = '' } = {}] = seen;

  await emptied(server.url);
  const ticksBefore = ticks;
  expect(await bus.events.since(id)).toBeNull();
  expect(await bus.manualRuns.add('1', { target_id: 2 })).toBe(true);
  await bus.events.publish(updated(2));
  await expect
    .poll(() => [targetsOf(seen), runs], patient)
    .toEqual([
      [1, 2],
      [1, 2],
    ]);
  await expect.poll(() => ticks, { timeout: 20_000 }).toBeGreaterThan(ticksBefore + 1);
}, 60_000);

test('a process that stops while Redis is away stops within its grace period', async () => {
  const { bus } = open();
  const started = Promise.withResolvers<void>();
  bus.manualRuns.consume(
    async (_job, signal) => {
      started.resolve();
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    },
    { concurrency: 2 },
  );
  bus.ticker.every('scan', 1_000, async () => {});
  await bus.manualRuns.add('1', { target_id: 1 });
  await started.promise;
  await server.stop();
  const before = performance.now();
  await bus.manualRuns.drain(100);
  await bus.close();
  expect(performance.now() - before).toBeLessThan(2 * boundMs);
});

test("one outage doesn't flood the log", async () => {
  const { bus, faults } = open();
  await expect.poll(() => bus.fault(), patient).toBeNull();
  follow(bus);
  await server.stop();
  await passedInTime(() => bus.events.publish(updated(1)));
  await expect.poll(() => faults.length, patient).toBeGreaterThan(0);
  expect(faults.length).toBeLessThan(20);
});

test('no password appears in a fault or an error', async () => {
  const guarded = await startRedisServer(['--requirepass', 'right-secret']);
  onTestFinished(() => guarded.close());
  const url = new URL(guarded.url);
  url.password = 'wrong-secret';
  const faults: unknown[] = [];
  const bus = createRedisBus({
    redisUrl: url.href,
    nowMs: Date.now,
    newJobId: randomUUID,
    onFault: (fault) => faults.push(fault),
  });
  onTestFinished(() => bus.close());
  follow(bus);
  const failure = await bus.manualRuns.depth().catch((error) => error);
  expect(failure).toMatchObject({ code: 'unavailable' });
  await expect.poll(() => inspect(faults), patient).toContain('WRONGPASS');
  expect(inspect([failure, faults], { depth: 10, showHidden: true })).not.toContain('secret');

  url.password = 'right-secret';
  const { bus: welcome } = openTestBus(url.href, 'api-monitor');
  await expect.poll(() => welcome.fault(), patient).toBeNull();
});

async function emptied(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushall();
  redis.disconnect();
}

async function refusedInTime(call: () => Promise<unknown>): Promise<void> {
  const before = performance.now();
  await expect(call()).rejects.toMatchObject({ code: 'unavailable' });
  expect(performance.now() - before).toBeLessThan(boundMs);
}

async function passedInTime(call: () => Promise<unknown>): Promise<void> {
  const before = performance.now();
  await call();
  expect(performance.now() - before).toBeLessThan(boundMs);
}

function follow(bus: Bus) {
  const seen: StoredEvent[] = [];
  const runs: number[] = [];
  bus.events.subscribe((stored) => seen.push(stored));
  const note = async (job: { target_id: number }) => void runs.push(job.target_id);
  bus.manualRuns.consume(note, { concurrency: 2 });
  bus.scheduledRuns.consume(note, { concurrency: 2 });
  return { seen, runs };
}

function targetsOf(seen: StoredEvent[]): unknown[] {
  return seen.map(({ event }) => (event.type === 'target_updated' ? event.data.target_id : event));
}
