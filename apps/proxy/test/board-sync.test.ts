import { setImmediate as nextTurn } from 'node:timers/promises';
import { MessageChannel } from 'node:worker_threads';
import { createInProcessBus, createThreadBus, shareBus } from '@api-monitor/bus';
import { slowness } from '@api-monitor/core/test/pace';
import {
  deleteTarget,
  inTransaction,
  listProxyKeys,
  reorderTargets,
  revokeProxyKey,
  updateTarget,
} from '@api-monitor/db';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { GatewayOptions } from '../src/create-gateway.ts';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';
import { addChannel, proveModels } from './test-channel.ts';

const chat = '/v1/chat/completions';

const soon = { timeout: 10_000, interval: 20 };
const slow = { timeout: 30_000, interval: 100 };
/** A board that is read only because of an event. */
const byEvents = { periods: { board: 3_600_000 } };

async function start(options: Partial<GatewayOptions> = {}) {
  const provider = await providerForTest({ m: 'good', n: 'good' });
  const channel = { origin: provider.origin, models: { m: {} } };
  const gateway = await gatewayForTest({ channels: { a: channel, b: channel }, options });
  const { db, nowS, targetIds, origin } = gateway;
  const ask = async (model: string) => {
    const { status, headers } = await call(origin, chat, { body: chatTo(model) });
    return [status, Number(headers['x-proxy-target-id'] ?? 0)];
  };
  const { a = 0, b = 0 } = targetIds;
  return { ...gateway, provider, channel, db, nowS, ask, a, b };
}

// None of these publishes an event: the change is found only by reading revisions.
test('a rename', async () => {
  const { ask, db, nowS, a } = await start();
  await updateTarget(db, a, { name: 'renamed' }, nowS());
  await vi.waitFor(async () => expect(await ask('renamed/m')).toEqual([200, a]), soon);
  expect(await ask('a/m')).toEqual([404, 0]);
});

test('disabling and enabling', async () => {
  const { ask, db, nowS, a, b } = await start();
  expect(await ask('m')).toEqual([200, a]);
  await updateTarget(db, a, { enabled: false }, nowS());
  await vi.waitFor(async () => expect(await ask('m')).toEqual([200, b]), soon);
  expect(await ask('a/m')).toEqual([404, 0]);
  await updateTarget(db, a, { enabled: true }, nowS());
  await vi.waitFor(async () => expect(await ask('m')).toEqual([200, a]), soon);
});

test('a new order', async () => {
  const { ask, db, nowS, a, b } = await start();
  expect(await ask('m')).toEqual([200, a]);
  await reorderTargets(db, [b, a], nowS());
  await vi.waitFor(async () => expect(await ask('m')).toEqual([200, b]), soon);
});

test('deletion, and a new channel of the same name', async () => {
  const { ask, db, nowS, a, channel } = await start();
  await deleteTarget(db, a, nowS());
  await vi.waitFor(async () => expect(await ask('a/m')).toEqual([404, 0]), soon);
  const id = await addChannel(db, 'a', channel, nowS());
  await vi.waitFor(async () => expect(await ask('a/m')).toEqual([200, id]), soon);
});

test('another key of the channel', async () => {
  const { ask, db, nowS, a, provider } = await start();
  await updateTarget(db, a, { api_key: 'sk-rotated' }, nowS());
  await vi.waitFor(async () => expect((await ask('a/m'))[0]).toBe(401), soon);
  expect(provider.requests.at(-1)?.headers.authorization).toBe('Bearer sk-rotated');
});

test('another address of the channel, where nothing is proven until it is probed', async () => {
  const { ask, db, nowS, a, provider, origin } = await start();
  await updateTarget(db, a, { base_url: `${provider.origin}/elsewhere` }, nowS());
  // A request that succeeds in the meantime would prove it.
  const listed = async () => (await call(origin, '/v1/models')).text;
  await vi.waitFor(async () => expect(await listed()).not.toContain('"a/m"'), soon);
  expect((await ask('a/m'))[0]).toBe(503);
  await proveModels(db, a, { m: {} }, nowS());
  await vi.waitFor(async () => expect(await ask('a/m')).toEqual([200, a]), soon);
  expect(provider.requests.at(-1)?.url).toBe(`/elsewhere${chat}`);
});

test('what a run found: a model that failed, and one that is new', async () => {
  const { ask, db, nowS, a, origin } = await start();
  await proveModels(db, a, { m: { isAlive: false }, n: {} }, nowS());
  // A request that succeeds in the meantime would prove it again.
  const listed = async () => (await call(origin, '/v1/models')).text;
  await vi.waitFor(async () => expect(await listed()).not.toContain('"a/m"'), soon);
  expect(await ask('a/m')).toEqual([503, 0]);
  expect(await ask('a/n')).toEqual([200, a]);
});

test('a change is read sooner if there is an event', async () => {
  const { ask, db, nowS, a, bus } = await start(byEvents);
  await updateTarget(db, a, { name: 'renamed' }, nowS());
  await bus.events.publish({ type: 'target_updated', data: { target_id: a } });
  await vi.waitFor(async () => expect(await ask('renamed/m')).toEqual([200, a]), soon);
});

test('a burst of events from another thread causes few reads', async () => {
  let reads = 0;
  const readMasterToken = async () => {
    reads += 1;
    return 'master-token-0123456789';
  };
  const shared = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  const { port1, port2 } = new MessageChannel();
  const stopSharing = shareBus(shared, port1);
  const bus = createThreadBus(port2, () => {});
  const { db, nowS, origin, targetIds } = await gatewayForTest({
    channels: { a: { origin: 'http://127.0.0.1:9', models: { m: {} } } },
    options: { bus, ...byEvents },
    readMasterToken,
  });
  onTestFinished(async () => {
    stopSharing();
    await shared.close();
  });
  const { a: target_id = 0 } = targetIds;
  await updateTarget(db, target_id, { name: 'renamed' }, nowS());
  const before = reads;
  for (let i = 0; i < 500; i += 1) {
    await shared.events.publish({ type: 'target_updated', data: { target_id } });
  }
  const models = async () => (await call(origin, '/v1/models')).text;
  await vi.waitFor(async () => expect(await models()).toContain('renamed/m'), soon);
  expect(reads - before).toBeLessThanOrEqual(2);
});

test('requests are answered while a thousand new channels are read', async () => {
  const { bus, db, nowS, channel, origin, a: target_id } = await start(byEvents);
  await inTransaction(db, async (tx) => {
    for (let i = 0; i < 1000; i += 1) await addChannel(tx, `new ${i}`, channel, nowS());
  });
  await bus.events.publish({ type: 'target_updated', data: { target_id } });
  let isReading = true;
  const all = vi
    .waitFor(async () => {
      expect((await call(origin, '/v1/models')).text).toContain('new 999/m');
    }, slow)
    .finally(() => {
      isReading = false;
    });
  // Measured in this thread's own time, so that other programs on the machine don't count.
  let turnMs = 0;
  for (let last = process.threadCpuUsage(); isReading; last = process.threadCpuUsage()) {
    await nextTurn();
    const { user, system } = process.threadCpuUsage(last);
    turnMs = Math.max(turnMs, (user + system) / 1000);
  }
  await all;
  expect(turnMs).toBeLessThan(100 * slowness());
});

test('swapped names lead to the right channels', async () => {
  const { ask, db, nowS, a, b } = await start();
  await updateTarget(db, a, { name: 'between' }, nowS());
  await updateTarget(db, b, { name: 'a' }, nowS());
  await updateTarget(db, a, { name: 'b' }, nowS());
  await vi.waitFor(async () => expect(await ask('a/m')).toEqual([200, b]), soon);
  expect(await ask('b/m')).toEqual([200, a]);
});

test('a channel whose row can’t be read doesn’t keep a revoked key working', async () => {
  const { db, nowS, origin, a } = await start();
  const [key] = await listProxyKeys(db);
  await updateTarget(db, a, { name: 'spoilt' }, nowS());
  await db.kysely
    .updateTable('targets')
    .set({ selected_models: '{' })
    .where('id', '=', a)
    .execute();
  await revokeProxyKey(db, key?.id ?? 0, nowS());
  const status = async () => (await call(origin, '/v1/messages', { body: chatTo('m') })).status;
  await vi.waitFor(async () => expect(await status()).toBe(401), soon);
});

test('another master token', async () => {
  let token = 'first-master-token-0123456789';
  const { origin } = await gatewayForTest({ readMasterToken: async () => token });
  const status = async (key: string) => (await call(origin, '/v1/models', { key })).status;
  expect(await status('first-master-token-0123456789')).toBe(200);
  token = 'second-master-token-0123456789';
  await vi.waitFor(
    async () => expect(await status('second-master-token-0123456789')).toBe(200),
    soon,
  );
  expect(await status('first-master-token-0123456789')).toBe(401);
});
