import { createInProcessBus } from '@api-monitor/bus';
import type { ProxyRequestsJob } from '@api-monitor/core';
import { listProxyRequests, recordProxyRequests } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest, type TestGateway, testStore } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';
import type { TestKey } from './test-key.ts';

/** Each answer takes 20 tokens in and 12 out. */
async function start(key: Omit<TestKey, 'key'>) {
  const provider = await providerForTest();
  const channels = { one: { origin: provider.origin, models: { m: {} } } };
  const first = await gatewayForTest({ channels, keys: [{ key: 'sk-limited', ...key }] });
  // From the start of a minute, so that no test runs past its end.
  first.clock.aheadS = 60 - ((Date.now() / 1000) % 60);
  const { db, nowS } = first;
  const restarted = (bus = newBus()) =>
    gatewayForTest({ options: { store: testStore({ db, nowS }), bus, nowS } });
  /** Its records are written as the worker does it. */
  const newBus = () => {
    const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
    const write = ({ requests }: ProxyRequestsJob) => recordProxyRequests(db, requests);
    bus.proxyRequests.consume(async (job) => void (await write(job)), { concurrency: 1 });
    onTestFinished(() => bus.close());
    return bus;
  };
  /** Closes a gateway; resolves when its records are written. */
  const stop = async (gateway: TestGateway, written: number) => {
    const records = await gateway.recordsAtEnd();
    await recordProxyRequests(db, records);
    const countRows = async () => (await listProxyRequests(db, { limit: 100 })).length;
    await expect.poll(countRows).toBe(written);
  };
  return { first, restarted, newBus, stop };
}

const ask = async ({ origin }: TestGateway, model = 'm') =>
  (await call(origin, '/v1/messages', { key: 'sk-limited', body: chatTo(model) })).status;

async function askTimes(gateway: TestGateway, times: number, model?: string) {
  const statuses: number[] = [];
  for (let n = 0; n < times; n += 1) statuses.push(await ask(gateway, model));
  return statuses;
}

test('requests of this minute count after a restart, and those of the last one don’t', async () => {
  const { first, restarted, stop } = await start({ rpm_limit: 5 });
  expect(await askTimes(first, 3)).toEqual([200, 200, 200]);
  await stop(first, 3);
  const second = await restarted();
  expect(await askTimes(second, 4)).toEqual([200, 200, 429, 429]);
  await stop(second, 7);
  const third = await restarted();
  expect(await ask(third)).toBe(429);
  await stop(third, 8);
  first.clock.aheadS += 60;
  expect(await askTimes(await restarted(), 6)).toEqual([200, 200, 200, 200, 200, 429]);
});

test('so do tokens, also of a request that began in the minute before', async () => {
  const { first, restarted, stop } = await start({ tpm_limit: 60 });
  expect(await ask(first)).toBe(200);
  await stop(first, 1);
  const [record] = first.records;
  if (!record) throw new Error('no record');
  const earlier = { timestamp: record.timestamp - 30, counted_tokens: 20 };
  await recordProxyRequests(first.db, [
    { ...record, ...earlier, request_id: 'ended in this minute', duration_s: 40 },
    { ...record, ...earlier, request_id: 'ended before', duration_s: 3 },
  ]);
  expect(await askTimes(await restarted(), 2)).toEqual([200, 429]);
});

test('what the limit refused doesn’t count, but what had no channel does', async () => {
  const { first, restarted, stop } = await start({ rpm_limit: 4 });
  expect(await askTimes(first, 2, 'nothing')).toEqual([404, 404]);
  expect(await askTimes(first, 4)).toEqual([200, 200, 429, 429]);
  await stop(first, 6);
  expect(first.records.map((one) => one.counted_tokens)).toEqual([0, 0, 32, 32, null, null]);
  expect(await ask(await restarted())).toBe(429);
});

test('if other gateways share their sums, the records add nothing to them', async () => {
  const { first, restarted, newBus, stop } = await start({ rpm_limit: 6 });
  expect(await askTimes(first, 3)).toEqual([200, 200, 200]);
  await stop(first, 3);
  const bus = newBus();
  // The first one that starts has no sums to share, and the second one finds its.
  const second = await restarted(bus);
  expect(await ask(second)).toBe(200);
  await second.recordsAtEnd();
  const third = await restarted(bus);
  expect(await askTimes(third, 3)).toEqual([200, 200, 429]);
});
