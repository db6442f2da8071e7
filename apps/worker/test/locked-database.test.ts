import { setTimeout as pause } from 'node:timers/promises';
import { destinationDefaults } from '@api-monitor/core';
import { createDestination, listDeliveries, openDatabase, readAlertState } from '@api-monitor/db';
import { startAlertReceiver } from '@api-monitor/fake-provider';
import { noProxies } from '@api-monitor/upstream';
import { expect, onTestFinished, test } from 'vitest';
import { createAlerts } from '../src/alerts/create-alerts.ts';
import { runTarget } from '../src/run/run-target.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

test('while another program holds the write lock, no notice is lost, and none is sent twice', async () => {
  const { db, clock, dataDir, makeDeps } = await openTestWorker();
  const other = await openDatabase({ dataDir, now: () => clock.now });
  const held: Promise<void>[] = [];
  /** Holds the lock for a moment, much longer than one try to write takes. */
  const holdLock = () =>
    new Promise<void>((onHeld) => {
      const work = async () => {
        onHeld();
        await pause(700);
      };
      // A transaction begins with the lock.
      held.push(other.kysely.transaction().execute(work));
    });
  onTestFinished(async () => {
    await Promise.all(held);
    await other.close();
  });
  const receiver = await startAlertReceiver();
  onTestFinished(() => receiver.close());
  const destination = { name: 'Ops', kind: 'webhook', ...destinationDefaults };
  await createDestination(db, destination, { url: receiver.url }, clock.now);
  const provider = await startProvider({ 'gpt-4o': 'good' });
  const target = await addTarget({ db, clock }, provider, { name: 'Relay A' });
  const deps = makeDeps();
  const run = () => runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  await run();
  provider.setBehaviour('gpt-4o', 'http_402');
  for (let runs = 0; runs < 2; runs += 1) {
    clock.now += 60;
    await run();
  }

  // The step waits for the lock, and so does the answer of the receiver.
  receiver.answerWith(async () => {
    await holdLock();
    return 200;
  });
  await holdLock();
  const ways = { allowPrivate: 'on', proxies: noProxies, publicUrl: null } as const;
  const alerts = createAlerts(deps, ways);
  alerts.start();
  onTestFinished(() => alerts.stop(0));
  const deliveries = () => listDeliveries(db, { limit: 9 });
  await expect
    .poll(deliveries, { timeout: 15_000 })
    .toMatchObject([{ key: 'n1-d1', status: 'sent', attempts: 1 }]);
  expect(receiver.received.map(({ headers }) => headers['idempotency-key'])).toEqual(['n1-d1']);
  expect((await readAlertState(db)).incidents).toHaveLength(1);
  expect(held).toHaveLength(2);
});
