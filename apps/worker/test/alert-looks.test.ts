import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  alertRuleDefaults,
  alertsAtStart,
  countValue,
  createAliasIndex,
  destinationDefaults,
  findingsOfLooks,
  type Histogram,
} from '@api-monitor/core';
import { createDestination, recordCertificate, recordProxyRequests } from '@api-monitor/db';
import { startAlertReceiver, startFakeProvider, testAuthority } from '@api-monitor/fake-provider';
import { startHttpProxy } from '@api-monitor/test-servers';
import { createGuardedClient } from '@api-monitor/upstream';
import { expect, onTestFinished, test } from 'vitest';
import { lookAtCertificates } from '../src/alerts/looks/look-at-certificates.ts';
import { createLooks } from '../src/alerts/looks/read-looks.ts';
import { readCertificates } from '../src/alerts/read-certificates.ts';
import { createAlertStep } from '../src/alerts/step-alerts.ts';
import { createStorageAlarm } from '../src/alerts/storage-alarm.ts';
import { requestOf } from './live-request.ts';
import { addTarget, openTestWorker } from './open-test-worker.ts';

const rules = alertRuleDefaults;
const day = 86_400;
const nowhere = { origin: 'http://127.0.0.1:9' };

type TestWorker = Awaited<ReturnType<typeof openTestWorker>>;

/** What a worker finds that has just started, by kind and model. */
async function foundBy({ makeDeps, clock }: TestWorker, aliases: string[] = []) {
  const read = createLooks(makeDeps());
  const context = { rules, aliases: createAliasIndex(aliases), watched: new Set<number>() };
  const { looks } = await read(context);
  const known = { watches: alertsAtStart.watches, nowS: clock.now };
  return findingsOfLooks(looks, known).map(({ subject: { kind, target_id, model }, figures }) => {
    return { kind, target_id, model, figures };
  });
}

function timesOf(count: number, seconds: number): Histogram {
  const histogram: Histogram = {};
  for (let index = 0; index < count; index += 1) countValue(histogram, seconds);
  return histogram;
}

test('a model is slow by its traffic, whatever its few probes say, under the name that people know', async () => {
  const worker = await openTestWorker();
  const { db, clock } = worker;
  const { id } = await addTarget(worker, nowhere);
  const record = (at: number, count: number, first_token_s: number) =>
    recordProxyRequests(
      db,
      Array.from({ length: count }, (_, index) => {
        const request = requestOf(id, at, false);
        const finding = {
          ...({ outcome: 'success', kind: null, scope: 'model', first_token_s } as const),
          ...{ retry_after_s: null, began_at: at, at },
        };
        const attempts = request.attempts.map((one) => ({ ...one, finding }));
        return { ...request, request_id: `${at} ${index}`, attempts };
      }),
    );
  await record(clock.now - 2 * day, 120, 1);
  await record(clock.now - 100, 12, 1.4);
  expect(await foundBy(worker)).toEqual([]);
  await record(clock.now - 50, 12, 4);
  expect(await foundBy(worker, ['four = gpt-4o'])).toEqual([
    {
      ...{ kind: 'latency', target_id: id, model: 'four' },
      figures: { p95_s: expect.closeTo(4, 0), baseline_s: expect.closeTo(1, 1) },
    },
  ]);
});

test('by probes, as many of the latest hours count as have ten, and wrong answers of the day', async () => {
  const worker = await openTestWorker();
  const { db, clock } = worker;
  const { id: target_id } = await addTarget(worker, nowhere);
  await db.kysely
    .updateTable('targets')
    .set({ last_run_at: clock.now - 5 })
    .execute();
  const counted = { watched_s: 0, served_s: 0, requests: 0, tokens: 0, cost: 0, unpriced: 0 };
  const none = { ...counted, errors: '{}', times: null };
  const add = (period_s: number, ago: number, probes: number, wrong_answers: number, s: number) => {
    const starts_at = Math.floor((clock.now - ago) / period_s) * period_s;
    const counts = { probes, successes: probes, wrong_answers };
    const first_tokens = JSON.stringify(timesOf(probes, s));
    const of = { target_id, model: 'gpt-4o', protocol: 'openai', period_s, starts_at } as const;
    const row = { ...of, ...counts, ...none, durations: '{}', first_tokens };
    return db.kysely.insertInto('probe_totals').values(row).execute();
  };
  await add(day, 2 * day, 150, 0, 1);
  for (let hour = 0; hour < 5; hour += 1) await add(3600, hour * 3600, 2, 0, 6);
  await add(day, 0, 10, 0, 6);
  await add(6 * 3600, 3 * day, 100, 5, 1);
  await add(6 * 3600, 0, 10, 4, 6);
  expect(await foundBy(worker)).toMatchObject([
    { kind: 'latency', model: 'gpt-4o', figures: { p95_s: expect.closeTo(6, 0) } },
    { kind: 'wrong_answers', model: 'gpt-4o', figures: { share: 0.4, usual: 0.05 } },
  ]);
});

test('a certificate is read through the channel’s own proxy, and only its handshake is made', async () => {
  const worker = await openTestWorker();
  const provider = await startFakeProvider({
    ...{ models: {}, apiKey: 'sk-none-0123456789', certificate: 'by_authority' },
  });
  onTestFinished(() => provider.close());
  const proxy = await startHttpProxy({});
  onTestFinished(() => proxy.stop());
  const trusted = { ca_certificate: testAuthority };
  const { id } = await addTarget(worker, provider, {
    ...trusted,
    proxy_url: `http://127.0.0.1:${proxy.port}`,
  });
  // One that nobody trusts has alerts of its own, and doesn't hold up the others.
  await addTarget(worker, provider);
  const second = await addTarget(worker, provider, trusted);
  await readCertificates(worker.makeDeps());
  expect(proxy.asked).toEqual([new URL(provider.origin).host]);
  expect(provider.received()).toBe(0);
  const ends = Date.UTC(2120, 0, 1) / 1000;
  const figures = { expires_at: ends };
  const found = async (nowS: number) =>
    (await lookAtCertificates(worker.db, rules, nowS)).map(({ subject: { target_id }, judge }) => {
      return { target_id, ...judge(false) };
    });
  expect(await found(ends - 15 * day)).toEqual([]);
  expect(await found(ends - 13 * day)).toEqual([
    { target_id: id, is_bad: true, figures },
    { target_id: second.id, is_bad: true, figures },
  ]);
});

test('what one worker has kept from before doesn’t end what another has found since', async () => {
  const worker = await openTestWorker();
  const { db, clock } = worker;
  const { id: target_id, base_url } = await addTarget(worker, nowhere);
  const [first, second] = [1, 2].map(() => createAlertStep(worker.makeDeps()));
  const changedBy = async (step: typeof first, afterS: number) => {
    clock.now += afterS;
    return (await step?.())?.incidents.map(({ ended_at }) => ended_at === null);
  };
  expect(await changedBy(first, 0)).toEqual([]);
  await recordCertificate(db, { target_id, base_url, ends_at: clock.now + day, nowS: clock.now });
  expect(await changedBy(second, 5)).toEqual([true]);
  expect(await changedBy(first, 5)).toEqual([]);
  expect(await changedBy(first, 60)).toEqual([]);
  await recordCertificate(db, {
    target_id,
    base_url,
    ends_at: clock.now + 90 * day,
    nowS: clock.now,
  });
  expect(await changedBy(second, 60)).toEqual([false]);
});

test('a database that refuses writes is told without it, once, and so is its end', async () => {
  const { db, clock, dataDir, nowS } = await openTestWorker();
  const receiver = await startAlertReceiver();
  onTestFinished(() => receiver.close());
  const add = (fields: object) =>
    createDestination(
      db,
      { name: 'Ops', kind: 'webhook', ...destinationDefaults, ...fields },
      { url: receiver.url },
      clock.now,
    );
  await add({});
  await add({ severities: ['warning'] });
  await add({ tags: ['paid'] });
  const client = createGuardedClient({ allowPrivate: 'on' });
  onTestFinished(() => client.close());
  const { signal } = new AbortController();
  const alarm = createStorageAlarm({ db, nowS, client, publicUrl: null, signal });
  const look = async () => {
    clock.now += 60;
    await alarm.look();
  };
  await look();
  // The database tries to write a file of this name.
  const obstacle = join(dataDir, 'write-check.tmp');
  await mkdir(obstacle);
  await look();
  expect(receiver.received).toEqual([]);
  for (let looks = 0; looks < 3; looks += 1) await look();
  await rmdir(obstacle);
  await look();
  await look();
  expect(receiver.received.map(({ body }) => JSON.parse(body))).toMatchObject([
    { title: 'The database refuses writes', severity: 'critical', kind: 'opened' },
    { title: 'Over after 4 min: The database refuses writes', kind: 'recovered' },
  ]);
});
