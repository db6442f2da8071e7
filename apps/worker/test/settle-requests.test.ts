import type { ProxyRequest } from '@api-monitor/core';
import { listModelStates, listProxyRequests, sumProxyRequests } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { createWorker } from '../src/create-worker.ts';
import { pruneHistory } from '../src/housekeeping.ts';
import { runTarget } from '../src/run/run-target.ts';
import { settleRequests } from '../src/traffic/settle-requests.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

function requestOf(target_id: number, timestamp: number, isFailure: boolean): ProxyRequest {
  const failure = { error: 'HTTP 503: no', error_kind: 'upstream' } as const;
  const success = { error: null, error_kind: null };
  const end = { status: isFailure ? 503 : 200, ...(isFailure ? failure : success) };
  const place = { target_id, target_name: 'relay', model: 'gpt-4o' };
  return {
    request_id: `${target_id}-${timestamp}-${isFailure}`,
    timestamp,
    key_id: null,
    key_name: 'master',
    requested_model: 'gpt-4o',
    route: 'chat',
    stream: true,
    attempts: [{ ...place, ...end, duration_s: 0.1, is_live_failure: isFailure }],
    first_byte_s: 0.1,
    duration_s: 0.2,
    input_tokens: 1,
    output_tokens: 2,
    request_bytes: 10,
    response_bytes: 20,
    ...place,
    ...end,
  };
}

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
  expect(states.map(({ live_failures }) => live_failures)).toEqual([2, 0]);
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
  const { bus, events } = openBus();
  const worker = createWorker({
    ...rest,
    db,
    bus,
    allowPrivate: 'on',
    instanceId: '0123456789abcdef',
  });
  worker.start();
  onTestFinished(() => worker.stop(0));
  provider.setBehaviour('gpt-4o', 'http_503');
  await bus.modelProbes.add(`${a}/gpt-4o`, { target_id: a, model: 'gpt-4o' });
  await expect.poll(() => events).toEqual([{ type: 'target_updated', data: { target_id: a } }]);
  for (let n = 0; n < 20; n += 1) {
    await bus.proxyRequests.add(`${n}`, { requests: [requestOf(a, clock.now + n, false)] });
  }
  await worker.stop(5000);
  expect(await listProxyRequests(db, { limit: 100 })).toHaveLength(20);
});
