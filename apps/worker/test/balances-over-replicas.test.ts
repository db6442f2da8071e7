import { randomUUID } from 'node:crypto';
import { createRedisBus } from '@api-monitor/bus';
import { redisStartTimeoutMs, startRedisServer } from '@api-monitor/bus/test/redis-server';
import { listBalances } from '@api-monitor/db';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { pollBalance, queueBalancePolls } from '../src/balances/poll-balance.ts';
import { addTarget, openTestWorker } from './open-test-worker.ts';

let redis: Awaited<ReturnType<typeof startRedisServer>>;
beforeAll(async () => {
  redis = await startRedisServer();
}, redisStartTimeoutMs);
afterAll(() => redis?.close());

test('workers that look for due balances at once ask each channel once', async () => {
  const worker = await openTestWorker();
  const apiKey = 'sk-upstream-0123456789abcdef';
  const account = { left: 10, used: 0, perRequest: 0, kind: 'new_api', multiplier: 1 } as const;
  const relay = await startFakeProvider({ models: { m: 'good' }, apiKey, account });
  onTestFinished(() => relay.close());
  const targets = await Promise.all(
    Array.from({ length: 6 }, () => addTarget(worker, relay, { balance_interval_min: 30 })),
  );
  await worker.db.kysely.updateTable('targets').set({ last_run_at: worker.clock.now }).execute();
  const keyPrefix = randomUUID();
  const workers = [1, 2].map(() => {
    const options = { redisUrl: redis.url, keyPrefix, nowMs: Date.now, newJobId: randomUUID };
    const bus = createRedisBus({ ...options, onFault: () => {} });
    onTestFinished(() => bus.close());
    return { ...worker.makeDeps(), bus };
  });
  const look = () => Promise.all(workers.map(queueBalancePolls));
  await look();
  for (const deps of workers) {
    deps.bus.balancePolls.consume((job, cut) => pollBalance(deps, job, cut), { concurrency: 4 });
  }
  await look();
  const told = async () =>
    (await worker.db.kysely.selectFrom('balances').selectAll().execute()).length;
  await expect.poll(told).toBe(6);
  // One is queued again, as after a Redis that was flushed, and isn't due any more.
  await workers[0]?.bus.balancePolls.add('1', { target_id: targets[0]?.id ?? 0 });
  const [deps] = workers;
  await expect.poll(() => deps?.bus.balancePolls.depth()).toEqual({ waiting: 0, active: 0 });
  for (const { id } of targets) {
    expect(await listBalances(worker.db, { target_id: id, from: 0 })).toHaveLength(1);
  }
  const asked = relay.requests.filter(({ url }) => url === '/api/usage/token/');
  expect(asked).toHaveLength(6);
});
