import {
  deleteTarget,
  getTarget,
  listKnownModels,
  listModelStates,
  listRuns,
  recordProxyRequests,
  updateTarget,
} from '@api-monitor/db';
import type { BehaviourName } from '@api-monitor/fake-provider';
import { expect, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import { queueRechecks, recheckModel } from '../src/traffic/recheck.ts';
import { requestOf } from './live-request.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

/** A client's request for another model, to which the channel says that there are too many. */
function limited(targetId: number, at: number) {
  const request = requestOf(targetId, at, true);
  const shown = { outcome: 'failure', kind: 'rate_limit', scope: 'channel' } as const;
  const measured = { first_token_s: null, retry_after_s: 8, began_at: at, at };
  const attempts = request.attempts.map((one) => ({
    ...{ ...one, model: 'other', finding: { ...shown, ...measured } },
  }));
  return { ...request, request_id: 'limited', attempts };
}

/** A client's request for this model, which got no connection. */
function unreached(targetId: number, model: string, at: number) {
  const request = requestOf(targetId, at, true);
  const shown = {
    outcome: 'failure',
    kind: 'network',
    scope: 'model',
    is_unreached: true,
  } as const;
  const finding = { ...shown, first_token_s: null, retry_after_s: null, began_at: at, at };
  const attempts = request.attempts.map((one) => ({ ...one, model, status: null, finding }));
  return { ...request, request_id: `unreached ${model}`, attempts };
}

/** A channel of two models that passed a run a minute ago. */
async function withChannel(behaviour: BehaviourName = 'good') {
  const worker = await openTestWorker();
  const { clock, db } = worker;
  const provider = await startProvider({ 'gpt-4o': behaviour, other: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  await runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  clock.now += 60;
  deps.events.length = 0;
  provider.requests.length = 0;
  const job = { target_id: target.id, model: 'gpt-4o' };
  const states = async () =>
    (await listModelStates(db)).map(({ model, success }) => [model, success]);
  const evidence = async () => (await listKnownModels(db, target.id))[0]?.evidence[0];
  /** A client's request fails at a given time. */
  const failLive = (secondsAgo: number) =>
    recordProxyRequests(db, [requestOf(target.id, clock.now - secondsAgo, true)]);
  /** Lets the worker look once, and do what it finds. */
  deps.bus.modelProbes.consume((again, cut) => recheckModel(deps, again, cut), { concurrency: 4 });
  const look = async () => {
    await queueRechecks(deps);
    await expect.poll(() => deps.bus.modelProbes.depth()).toEqual({ waiting: 0, active: 0 });
    return provider.requests.splice(0).flatMap(({ model }) => model ?? []);
  };
  return { ...worker, provider, target, deps, job, states, evidence, failLive, look };
}

test('a model that failed for a client is asked again once its rest is over', async () => {
  const { failLive, look, evidence, clock } = await withChannel();
  await failLive(0);
  expect(await look()).toEqual([]);
  clock.now += 2;
  expect(await look()).toEqual(['gpt-4o']);
  expect(await evidence()).toMatchObject({ state: 'proven', failures: 0, proved_by: 'probe' });
  expect(await look()).toEqual([]);
});

test('a channel that had too many requests is left alone for its rest', async () => {
  const { db, target, failLive, look, clock, deps, provider, job } = await withChannel();
  await failLive(0);
  await recordProxyRequests(db, [limited(target.id, clock.now)]);
  clock.now += 2;
  expect(await look()).toEqual([]);
  await recheckModel(deps, job, endless);
  expect(provider.requests).toEqual([]);
  expect(await getTarget(db, target.id)).toMatchObject({ last_status: 'healthy', last_fail: 0 });
  clock.now += 7;
  expect((await look()).toSorted()).toEqual(['gpt-4o']);
});

test('and a run that is due begins after it', async () => {
  const { db, target, deps, clock } = await withChannel();
  const pauses: number[] = [];
  await recordProxyRequests(db, [limited(target.id, clock.now)]);
  const pause = async (ms: number) => void pauses.push(ms);
  await runTarget({ ...deps, pause }, { targetId: target.id, trigger: 'manual' }, endless);
  expect(pauses).toEqual([8000]);
});

test("a recheck that fails shows that the model doesn't work, and counts as no run", async () => {
  const { db, provider, target, deps, states, failLive, look, clock } = await withChannel();
  const before = await getTarget(db, target.id);
  provider.setBehaviour('gpt-4o', 'http_503');
  await failLive(5);
  expect(await look()).toEqual(['gpt-4o']);
  expect(await states()).toEqual([
    ['gpt-4o', false],
    ['other', true],
  ]);
  expect(await getTarget(db, target.id)).toMatchObject({
    ...{ last_status: 'degraded', last_success: 1, last_fail: 1 },
    last_run_at: before?.last_run_at,
  });
  const [run] = await listRuns(db, target.id, 1, { with_traffic: true });
  expect(run).toMatchObject({ trigger: 'traffic', total: 1, fail: 1, finished_at: clock.now });
  expect(deps.events).toEqual([{ type: 'target_updated', data: { target_id: target.id } }]);
});

test('the route that failed is asked, and a failure there leaves a model that works elsewhere alive', async () => {
  const { db, clock, provider, target, states, look } = await withChannel();
  const onResponses = (secondsAgo: number, isFailure: boolean) =>
    recordProxyRequests(db, [
      { ...requestOf(target.id, clock.now - secondsAgo, isFailure), route: 'responses' },
    ]);
  await onResponses(20, false);
  await onResponses(10, true);
  const bad = provider.requests.length;
  provider.setBehaviour('gpt-4o', 'http_503');
  expect(await look()).toEqual(['gpt-4o']);
  const [known] = await listKnownModels(db, target.id);
  const responses = known?.evidence.find(({ route }) => route === 'responses');
  expect([bad, responses]).toMatchObject([0, { state: 'proven', failures: 2 }]);
  expect(await states()).toContainEqual(['gpt-4o', true]);
});

test('a dead model is asked again at doubling rests up to the interval, and never within one', async () => {
  const { provider, target, deps, clock, look } = await withChannel();
  provider.setBehaviour('gpt-4o', 'http_503');
  await runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  provider.requests.length = 0;
  const start = clock.now;
  const askedAt: number[] = [];
  for (let second = 0; second < 1000; second += 10) {
    clock.now = start + second;
    if ((await look()).length > 0) askedAt.push(second);
  }
  expect(askedAt).toEqual([30, 90, 210, 450, 930]);
  provider.setBehaviour('gpt-4o', 'good');
  clock.now += 3600;
  expect(await look()).toEqual(['gpt-4o']);
  expect(await look()).toEqual([]);
}, 30_000);

test('a recheck that meets a rate limit waits for the next rest, and asks no more within this one', async () => {
  const { provider, failLive, look, evidence } = await withChannel();
  provider.setBehaviour('gpt-4o', 'http_429');
  await failLive(5);
  expect(await look()).toEqual(['gpt-4o']);
  expect(await evidence()).toMatchObject({
    state: 'proven',
    failures: 2,
    error_kind: 'rate_limit',
  });
});

test('a channel is asked for one model at a time', async () => {
  const { provider, target, deps, clock } = await withChannel();
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'http_503');
  await runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'hang_before_headers');
  provider.requests.length = 0;
  clock.now += 60;
  await queueRechecks(deps);
  await queueRechecks(deps);
  await expect.poll(() => provider.requests.length).toBe(1);
  expect(await deps.bus.modelProbes.depth()).toEqual({ waiting: 0, active: 1 });
}, 15_000);

test('a channel at fault is asked for one model, and the answer starts a run', async () => {
  const { db, provider, target, deps, clock, look, states } = await withChannel();
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'http_401');
  provider.setModelList('status_401');
  await runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  expect(await getTarget(db, target.id)).toMatchObject({ fault: { kind: 'auth' } });
  provider.requests.length = 0;
  clock.now += 20;
  expect(await look()).toEqual([]);
  clock.now += 20;
  expect(await look()).toHaveLength(1);
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'good');
  provider.setModelList('good');
  clock.now += 120;
  expect((await look()).toSorted()).toEqual(['gpt-4o', 'gpt-4o', 'other']);
  expect(await states()).toEqual([
    ['gpt-4o', true],
    ['other', true],
  ]);
  expect(await getTarget(db, target.id)).toMatchObject({
    ...{ fault: null, last_status: 'healthy', last_run_at: clock.now },
  });
  const ended = { target_id: target.id, fault: null, at: clock.now };
  expect(deps.events).toContainEqual({ type: 'fault_changed', data: ended });
});

test('one that was unreachable for a moment is asked for one model, without a run', async () => {
  const { db, target, clock, look, deps } = await withChannel();
  const met = ['gpt-4o', 'other'].map((model) => unreached(target.id, model, clock.now));
  await recordProxyRequests(db, met);
  expect(await getTarget(db, target.id)).toMatchObject({ fault: { kind: 'network', failures: 1 } });
  expect(await look()).toEqual([]);
  clock.now += 1;
  expect(await look()).toHaveLength(1);
  expect((await getTarget(db, target.id))?.fault).toBeNull();
  const ended = { target_id: target.id, fault: null, at: clock.now };
  expect(deps.events).toContainEqual({ type: 'fault_changed', data: ended });
});

test('channels that are back together are run at different seconds', async () => {
  const { clock, db, deps, pauses, target, provider, ...worker } = await withChannel();
  const others = await Promise.all(
    [1, 2, 3].map(() => addTarget({ db, clock, ...worker }, provider)),
  );
  const ids = [target, ...others].map(({ id }) => id);
  for (const targetId of ids) await runTarget(deps, { targetId, trigger: 'schedule' }, endless);
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'http_401');
  provider.setModelList('status_401');
  for (const targetId of ids) await runTarget(deps, { targetId, trigger: 'schedule' }, endless);
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'good');
  provider.setModelList('good');
  clock.now += 60;
  pauses.length = 0;
  for (const target_id of ids) await recheckModel(deps, { target_id, model: 'gpt-4o' }, endless);
  expect(new Set(pauses).size).toBe(ids.length);
  const runs = await Promise.all(ids.map((id) => getTarget(db, id)));
  expect(runs.every((one) => one?.last_status === 'healthy')).toBe(true);
});

test('a key that is refused for one model only withdraws no channel whose other models answer', async () => {
  const { db, provider, target, failLive, look, states } = await withChannel();
  provider.setBehaviour('gpt-4o', 'http_401');
  await failLive(5);
  expect(await look()).toEqual(['gpt-4o', 'other']);
  expect(await getTarget(db, target.id)).toMatchObject({ fault: null, last_status: 'degraded' });
  expect(await states()).toEqual([
    ['gpt-4o', false],
    ['other', true],
  ]);
});

test('a key that is refused for the model proven last too is a fault of the channel', async () => {
  const { db, provider, target, failLive, look } = await withChannel();
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'http_401');
  await failLive(5);
  expect(await look()).toEqual(['gpt-4o', 'other']);
  expect(await getTarget(db, target.id)).toMatchObject({ fault: { kind: 'auth', failures: 6 } });
});

test('a model that a client has just been served with is not asked', async () => {
  const { db, deps, target, failLive, job, clock, provider } = await withChannel();
  await failLive(5);
  await recordProxyRequests(db, [requestOf(target.id, clock.now - 1, false)]);
  await recheckModel(deps, job, endless);
  expect(provider.requests).toEqual([]);
});

test('the form that worked before is used first', async () => {
  const { db, target, failLive, look } = await withChannel('wants_max_completion_tokens');
  await failLive(5);
  expect(await look()).toHaveLength(1);
  const [known] = await listKnownModels(db, target.id);
  const form = { tokenLimitField: 'max_completion_tokens' };
  expect(known?.remembered).toMatchObject({ forms: { chat: form } });
});

test("a probe of a channel that has moved since isn't recorded", async () => {
  const { db, target, deps, job, clock, states, provider, failLive } = await withChannel();
  provider.setBehaviour('gpt-4o', 'hang_before_headers');
  await failLive(5);
  const probing = recheckModel(deps, job, endless);
  await expect.poll(() => provider.requests.length).toBe(1);
  await updateTarget(db, target.id, { base_url: 'https://new.example' }, clock.now);
  await probing;
  expect((await states())[0]).toEqual(['gpt-4o', true]);
  expect(deps.events).toEqual([]);
}, 15_000);

test.each(['disabled', 'deleted'] as const)('a %s channel is not probed', async (how) => {
  const { db, target, deps, job, clock, provider, failLive, look } = await withChannel();
  await failLive(5);
  if (how === 'deleted') await deleteTarget(db, target.id, 1000);
  else await updateTarget(db, target.id, { enabled: false }, clock.now);
  await recheckModel(deps, job, endless);
  expect([...provider.requests, ...(await look())]).toEqual([]);
});

test('a model that is set not to be probed is not asked, and keeps no other waiting', async () => {
  const { db, target, deps, clock, provider, look } = await withChannel();
  for (const model of ['gpt-4o', 'other']) provider.setBehaviour(model, 'http_503');
  await runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  provider.requests.length = 0;
  await updateTarget(db, target.id, { dont_probe: ['gpt-*'] }, clock.now);
  clock.now += 60;
  expect(await look()).toEqual(['other']);
});

test('nothing is asked once the budget of the day is used up', async () => {
  const { db, target, clock, failLive, look } = await withChannel();
  await updateTarget(db, target.id, { probe_requests_per_day: 2 }, clock.now);
  clock.now += 10;
  await failLive(5);
  expect(await look()).toEqual([]);
  clock.now += 86_400;
  expect(await look()).toEqual(['gpt-4o']);
});

test("a probe that is cut off isn't recorded", async () => {
  const { deps, job, states, provider, failLive } = await withChannel();
  provider.setBehaviour('gpt-4o', 'hang_before_headers');
  await failLive(5);
  const cut = new AbortController();
  const probing = recheckModel(deps, job, cut.signal);
  await expect.poll(() => provider.requests.length).toBe(1);
  cut.abort();
  await probing;
  expect((await states())[0]).toEqual(['gpt-4o', true]);
});
