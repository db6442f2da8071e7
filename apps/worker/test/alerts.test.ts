import { setTimeout as pause } from 'node:timers/promises';
import { type Destination, destinationDefaults } from '@api-monitor/core';
import {
  claimDelivery,
  createDestination,
  finishDelivery,
  listDeliveries,
  listIncidents,
  readAlertState,
  recordProxyRequests,
  updateDestination,
} from '@api-monitor/db';

import { type AlertReceiver, startAlertReceiver } from '@api-monitor/fake-provider';
import { createLogger, createMetricsRegistry } from '@api-monitor/runtime';
import { noProxies } from '@api-monitor/upstream';
import { expect, onTestFinished, test } from 'vitest';
import { createAlerts } from '../src/alerts/create-alerts.ts';
import { runTarget } from '../src/run/run-target.ts';
import type { WorkerDeps } from '../src/worker-deps.ts';
import { createWorkerMetrics } from '../src/worker-metrics.ts';
import { requestOf } from './live-request.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;
const ways = {
  allowPrivate: 'on',
  proxies: noProxies,
  publicUrl: 'https://monitor.example',
} as const;

type TestWorker = Awaited<ReturnType<typeof openTestWorker>>;

async function startReceiver(): Promise<AlertReceiver> {
  const receiver = await startAlertReceiver();
  onTestFinished(() => receiver.close());
  return receiver;
}

function addDestination(
  { db, clock }: TestWorker,
  receiver: AlertReceiver,
  fields: Partial<Destination> = {},
) {
  const input = { name: 'Ops', kind: 'webhook', ...destinationDefaults, ...fields };
  return createDestination(db, input, { url: receiver.url }, clock.now);
}

/** A worker's alerts, which run by themselves. */
function startAlerts({ makeDeps }: Pick<TestWorker, 'makeDeps'>, given: Partial<WorkerDeps> = {}) {
  const deps = { ...makeDeps(), ...given };
  const alerts = createAlerts(deps, ways);
  alerts.start();
  onTestFinished(() => alerts.stop(0));
  return { deps, alerts };
}

const titlesOf = ({ received }: AlertReceiver) =>
  received.map(({ body }) => String(JSON.parse(body).title));

/** Whether a model's last finding was bad, as the alerts know; null: they don't. */
async function isBadNow(db: TestWorker['db'], model: string) {
  const { watches } = await readAlertState(db);
  const watch = Object.values(watches).find(({ subject }) => subject.model === model);
  return watch?.is_bad ?? null;
}

/** A channel whose models have answered, with the alerts running. */
async function withChannel() {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'good', o3: 'good' });
  const target = await addTarget(worker, provider, { name: 'Relay A' });
  const receiver = await startReceiver();
  await addDestination(worker, receiver);
  const { deps } = startAlerts(worker);
  const run = async () => {
    await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
    await deps.bus.events.publish({ type: 'target_updated', data: { target_id: target.id } });
  };
  await run();
  return { ...worker, provider, target, receiver, deps, run };
}

test('a channel whose models die by probes is one notice, and their recovery another', async () => {
  const { provider, receiver, run, clock, db } = await withChannel();
  for (const model of ['gpt-4o', 'o3']) provider.setBehaviour(model, 'http_503');
  for (let runs = 0; runs < 3; runs += 1) {
    clock.now += 60;
    await run();
  }
  await expect.poll(() => titlesOf(receiver), { timeout: 10_000 }).toEqual(['Relay A is down']);
  const [{ body = '', headers = {} } = {}] = receiver.received;
  expect(JSON.parse(body)).toMatchObject({
    ...{ schema_version: 1, kind: 'opened', severity: 'warning' },
    link: 'https://monitor.example/incidents.html?id=1',
    fields: { channel: 'Relay A', failing: 2 },
  });
  expect(headers['idempotency-key']).toBe('n1-d1');
  for (const model of ['gpt-4o', 'o3']) provider.setBehaviour(model, 'good');
  clock.now += 200;
  await run();
  await expect.poll(() => isBadNow(db, 'o3')).toBe(false);
  clock.now += 301;
  await run();
  await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBe(2);
  expect(titlesOf(receiver)[1]).toMatch(/^Relay A works again after/);
  await expect
    .poll(async () => (await listDeliveries(db, { limit: 9 })).map(({ status }) => status))
    .toEqual(['sent', 'sent']);
  expect(await listIncidents(db, { is_open: true, limit: 9 })).toEqual([]);
});

test('a model that keeps failing and recovering is told once, and not at each turn', async () => {
  const { provider, receiver, run, clock, db } = await withChannel();
  for (let turn = 0; turn < 16; turn += 1) {
    const isBad = turn % 2 === 0;
    provider.setBehaviour('o3', isBad ? 'http_503' : 'good');
    clock.now += 40;
    await run();
    await expect.poll(() => isBadNow(db, 'o3')).toBe(isBad);
  }
  clock.now += 200;
  await run();
  await expect.poll(() => titlesOf(receiver), { timeout: 10_000 }).not.toEqual([]);
  const titles = titlesOf(receiver);
  expect(titles.at(-1)).toBe('o3 on Relay A keeps failing and recovering');
  expect(titles.length, titles.join('\n')).toBeLessThanOrEqual(2);
});

test('two workers tell each thing once', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'good' });
  const target = await addTarget(worker, provider, { name: 'Relay A' });
  const receiver = await startReceiver();
  await addDestination(worker, receiver);
  // Each has a bus of its own, as if neither heard of the other.
  const workers = [startAlerts(worker), startAlerts(worker)];
  const [first] = workers;
  if (!first) throw new Error('no worker');
  const run = async () => {
    await runTarget(first.deps, { targetId: target.id, trigger: 'manual' }, endless);
    const data = { target_id: target.id };
    for (const { deps } of workers) {
      await deps.bus.events.publish({ type: 'target_updated', data });
    }
  };
  await run();
  provider.setBehaviour('gpt-4o', 'http_402');
  for (let runs = 0; runs < 4; runs += 1) {
    worker.clock.now += 60;
    await run();
  }
  await expect.poll(() => titlesOf(receiver), { timeout: 10_000 }).toEqual(['Relay A is down']);
  const statuses = async () =>
    (await listDeliveries(worker.db, { limit: 9 })).map(({ status }) => status);
  await expect.poll(statuses).toEqual(['sent']);
  expect(titlesOf(receiver)).toHaveLength(1);
});

/** A destination with a notice that waits, and nothing running. */
async function withNotice() {
  const worker = await openTestWorker();
  const receiver = await startReceiver();
  const { id } = await addDestination(worker, receiver);
  const { db, clock } = worker;
  const notice = {
    ...{ key: 'n1-d1', destination_id: id, severity: 'warning' as const, news: '[]' },
    ...{ created_at: clock.now, due_at: clock.now, status: 'waiting' as const, attempts: 0 },
  };
  await db.kysely.insertInto('deliveries').values(notice).execute();
  const status = async () => (await listDeliveries(db, { limit: 1 }))[0];
  return { ...worker, receiver, status };
}

test('a delivery whose worker died after its claim is sent by another, with the same key', async () => {
  const { db, clock, receiver, status, ...worker } = await withNotice();
  const claimed = await claimDelivery(db, { nowS: clock.now, leaseS: 60 });
  const { alerts } = startAlerts(worker);
  await expect.poll(status).toMatchObject({ status: 'sending', attempts: 1 });
  expect(receiver.received).toEqual([]);
  clock.now += 61;
  await expect.poll(status, { timeout: 10_000 }).toMatchObject({ status: 'sent', attempts: 2 });
  expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual(['n1-d1']);
  // The dead one was only slow: its answer comes too late.
  if (!claimed) throw new Error('nothing was claimed');
  const late = { kind: 'failed', answer: 'late' } as const;
  expect(await finishDelivery(db, claimed, late, clock.now)).toBe(false);
  await alerts.stop(0);
});

test('what a server can’t take now is sent again later, and what it refuses isn’t', async () => {
  const { clock, receiver, status, ...worker } = await withNotice();
  receiver.answerWith(() => 503);
  const registry = createMetricsRegistry();
  startAlerts(worker, { metrics: createWorkerMetrics(registry) });
  await expect
    .poll(status)
    .toMatchObject({ status: 'waiting', attempts: 1, due_at: clock.now + 1 });
  receiver.answerWith(() => 404);
  clock.now += 1;
  await expect.poll(status, { timeout: 10_000 }).toMatchObject({ status: 'failed', attempts: 2 });
  expect((await status())?.answer).toBe('404: no');
  expect(await registry.metrics()).toContain('kind="webhook",outcome="retry"} 1');
});

test('a worker that stops gives up what isn’t answered, and it is sent later', async () => {
  const { receiver, status, ...worker } = await withNotice();
  receiver.answerWith(() => new Promise(() => {}));
  const { alerts } = startAlerts(worker);
  await expect.poll(status).toMatchObject({ status: 'sending' });
  await alerts.stop(0);
  expect(await status()).toMatchObject({ status: 'waiting', attempts: 1 });
});

test('no secret of a destination is in the log or the answer', async () => {
  const lines: string[] = [];
  const { db, clock, receiver, status, ...worker } = await withNotice();
  const secret = 'secret-part-of-the-address-0123';
  await updateDestination(db, 1, { config: { url: `${receiver.url}?key=${secret}` } }, clock.now);
  receiver.answerWith(() => 404);
  const logger = createLogger(
    { name: 'test', level: 'debug' },
    { write: (line) => lines.push(line) },
  );
  startAlerts(worker, { logger });
  await expect.poll(status, { timeout: 10_000 }).toMatchObject({ status: 'failed' });
  expect(lines.join('')).toContain('alert not sent');
  expect(lines.join('') + JSON.stringify(await status())).not.toContain('0123');
});

test('a used up budget is told once, until the next day', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'good' });
  const limits = { name: 'Relay A', probe_requests_per_day: 1 };
  const target = await addTarget(worker, provider, limits);
  const receiver = await startReceiver();
  await addDestination(worker, receiver);
  const { deps } = startAlerts(worker);
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  worker.clock.now += 60;
  const look = () => deps.bus.events.publish({ type: 'alerts_changed', data: {} });
  await look();
  await expect
    .poll(() => titlesOf(receiver), { timeout: 10_000 })
    .toEqual(['The probe budget of Relay A is used up']);
  worker.clock.now += 86_400;
  await look();
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(2);
  expect(titlesOf(receiver)[1]).toMatch(/^Over after/);
});

test('a new model of a channel, and one that is gone, are in one notice', async () => {
  const { provider, receiver, run, clock, db } = await withChannel();
  provider.setBehaviour('gpt-6', 'good');
  provider.removeModel('o3');
  clock.now += 60;
  await run();
  const open = async () => (await listIncidents(db, { is_open: true, limit: 9 })).length;
  await expect.poll(open, { timeout: 10_000 }).toBe(2);
  expect(receiver.received).toEqual([]);
  clock.now += 130;
  await run();
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBe(1);
  const { title, lines } = JSON.parse(receiver.received[0]?.body ?? '');
  const texts = [title, ...lines.map(({ text }: { text: string }) => text)].join();
  expect(texts).toContain('Relay A lists a new model: gpt-6');
  expect(texts).toContain('Relay A no longer lists o3');
  clock.now += 90_000;
  await run();
  clock.now += 130;
  await run();
  expect(receiver.received).toHaveLength(1);
});

test('what was found while the database refused it is found again', async () => {
  const { provider, receiver, run, clock, db } = await withChannel();
  const rename = (from: string, to: string) =>
    db.kysely.schema.alterTable(from).renameTo(to).execute();
  await rename('alert_state', 'elsewhere');
  provider.setBehaviour('o3', 'http_503');
  clock.now += 60;
  await run();
  await pause(1_000);
  await rename('elsewhere', 'alert_state');
  clock.now += 61;
  await expect
    .poll(() => titlesOf(receiver), { timeout: 20_000 })
    .toEqual(['o3 is down on Relay A']);
});

test('a key whose requests to a channel fail is told, until they don’t', async () => {
  const { receiver, deps, clock, target, db } = await withChannel();
  const send = async (count: number, isFailure: boolean) => {
    const requests = Array.from({ length: count }, (_, index) => ({
      ...requestOf(target.id, clock.now, isFailure),
      ...{ request_id: `${clock.now} ${index}`, key_name: 'team', status: isFailure ? 502 : 200 },
      ...{ attempts: [], error: isFailure ? 'failed' : null },
    }));
    await recordProxyRequests(db, requests);
    clock.now += 16;
    await deps.bus.events.publish({ type: 'alerts_changed', data: {} });
  };
  await send(30, false);
  await send(20, true);
  await expect
    .poll(() => titlesOf(receiver), { timeout: 15_000 })
    .toEqual(['40% of 50 requests by team to Relay A failed']);
  clock.now += 400;
  await send(30, false);
  await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBe(2);
  expect(titlesOf(receiver)[1]).toMatch(/^Over after/);
});
