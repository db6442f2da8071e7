import { type Destination, destinationDefaults } from '@api-monitor/core';
import { createDestination, listDeliveries, listIncidents, readAlertState } from '@api-monitor/db';
import { type AlertReceiver, startAlertReceiver } from '@api-monitor/fake-provider';
import { noProxies } from '@api-monitor/upstream';
import { expect, onTestFinished, test } from 'vitest';
import { createAlerts } from '../src/alerts/create-alerts.ts';
import { runTarget } from '../src/run/run-target.ts';
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

/** A worker's alerts, which run by themselves; `settle` waits until nothing is left to do. */
function startAlerts(worker: TestWorker) {
  const deps = worker.makeDeps();
  const alerts = createAlerts(deps, ways);
  alerts.start();
  onTestFinished(() => alerts.stop(0));
  return { deps, alerts };
}

const titlesOf = ({ received }: AlertReceiver) =>
  received.map(({ body }) => String(JSON.parse(body).title));

/** Whether the alerts know that a model's last finding was good. */
async function isGood(db: TestWorker['db'], model: string) {
  const { watches } = await readAlertState(db);
  const watch = Object.values(watches).find(({ subject }) => subject.model === model);
  return watch?.is_bad === false;
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
  await expect.poll(() => isGood(db, 'o3')).toBe(true);
  clock.now += 301;
  await run();
  await expect.poll(() => receiver.received.length, { timeout: 15_000 }).toBe(2);
  expect(titlesOf(receiver)[1]).toMatch(/^Relay A works again after/);
  await expect
    .poll(async () => (await listDeliveries(db, { limit: 9 })).map(({ status }) => status))
    .toEqual(['sent', 'sent']);
  expect(await listIncidents(db, { is_open: true, limit: 9 })).toEqual([]);
});
