import { listModelStates, listProxyRequests, sumProxyRequests } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { createWorker } from '../src/create-worker.ts';
import { pruneHistory } from '../src/housekeeping.ts';
import { runTarget } from '../src/run/run-target.ts';
import { settleRequests } from '../src/traffic/settle-requests.ts';
import { requestOf } from './live-request.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

async function withChannels() {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'good' });
  const deps = worker.makeDeps();
  const ids: number[] = [];
  for (const name of ['a', 'b']) {
    const { id } = await addTarget(worker, provider, { name });
    await runTarget(deps, { targetId: id, trigger: 'schedule' }, endless);
    ids.push(id);
  }
  deps.events.length = 0;
  worker.clock.now += 60;
  const [a = 0, b = 0] = ids;
  return { ...worker, provider, deps, a, b };
}

test('a batch is written, and an event announces the channels that began to fail', async () => {
  const { db, deps, a, b, clock } = await withChannels();
  const requests = [
    requestOf(a, clock.now, true),
    requestOf(a, clock.now + 1, true),
    requestOf(b, clock.now, false),
  ];
  await settleRequests(deps, { requests }, endless);
  expect(await listProxyRequests(db, { limit: 10 })).toHaveLength(3);
  expect(deps.events).toEqual([{ type: 'target_updated', data: { target_id: a } }]);
  const states = await listModelStates(db, { with_history: false });
  expect(states.map(({ evidence }) => evidence[0]?.failures)).toEqual([2, 0]);
  await settleRequests(deps, { requests: [requestOf(a, clock.now + 2, false)] }, endless);
  expect(deps.events).toHaveLength(2);
});

test('a repeated batch changes nothing and publishes nothing', async () => {
  const { db, deps, a, clock } = await withChannels();
  const requests = [requestOf(a, clock.now, true)];
  await settleRequests(deps, { requests }, endless);
  await settleRequests(deps, { requests }, endless);
  expect(await listProxyRequests(db, { limit: 10 })).toHaveLength(1);
  expect(deps.events).toHaveLength(1);
});

test('a batch of any length is written completely', async () => {
  const { db, deps, a, clock } = await withChannels();
  const requests = Array.from({ length: 250 }, (_, n) => requestOf(a, clock.now + n, false));
  await settleRequests(deps, { requests }, endless);
  const [totals] = await sumProxyRequests(db, { group_by: 'channel' });
  expect(totals).toMatchObject({ group: a, requests: 250 });
});

test('a database that stays out of reach is reported, and its requests count as lost', async () => {
  const { deps, a, clock, db } = await withChannels();
  const counts: [string, number][] = [];
  const requestsSettled = (outcome: string, count: number) => counts.push([outcome, count]);
  const metrics = { ...deps.metrics, requestsSettled };
  await db.kysely.schema.dropTable('proxy_requests').execute();
  const requests = [requestOf(a, clock.now, false)];
  const settled = settleRequests({ ...deps, metrics }, { requests }, endless);
  await expect(settled).rejects.toThrow(/no such table|does not exist/);
  expect(counts).toEqual([['lost', 1]]);
}, 15_000);

test('requests older than the retention are deleted', async () => {
  const { db, deps, a, clock } = await withChannels();
  const old = clock.now - 91 * 86_400;
  await settleRequests(
    deps,
    {
      requests: [requestOf(a, old, false), requestOf(a, clock.now, false)],
    },
    endless,
  );
  await pruneHistory(deps);
  const left = await listProxyRequests(db, { limit: 10 });
  expect(left.map(({ timestamp }) => timestamp)).toEqual([clock.now]);
});

test('a worker takes both from the bus, and writes waiting batches before it stops', async () => {
  const { a, clock, provider, openBus, db, ...rest } = await withChannels();
  const { bus } = openBus();
  provider.requests.length = 0;
  const worker = createWorker({
    ...rest,
    db,
    bus,
    allowPrivate: 'on',
    instanceId: '0123456789abcdef',
  });
  worker.start();
  onTestFinished(() => worker.stop(0));
  await settleRequests(
    { ...rest.deps, bus },
    { requests: [requestOf(a, clock.now - 5, true)] },
    endless,
  );
  await expect.poll(() => provider.requests.length).toBe(1);
  for (let n = 0; n < 20; n += 1) {
    await bus.proxyRequests.add(`${n}`, { requests: [requestOf(a, clock.now + n, false)] });
  }
  await worker.stop(5000);
  expect(await listProxyRequests(db, { limit: 100 })).toHaveLength(21);
});
