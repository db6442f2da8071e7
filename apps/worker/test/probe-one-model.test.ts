import {
  deleteTarget,
  getTarget,
  listKnownModels,
  listModelStates,
  listRuns,
  updateTarget,
} from '@api-monitor/db';
import { expect, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import { probeOneModel, recheckModels } from '../src/traffic/probe-one-model.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

/** A channel of two models that passed a run a minute ago. */
async function withChannel(behaviour: 'good' | 'wants_max_completion_tokens' = 'good') {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': behaviour, other: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  await runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  worker.clock.now += 60;
  deps.events.length = 0;
  provider.requests.length = 0;
  const job = { target_id: target.id, model: 'gpt-4o' };
  const states = async () =>
    (await listModelStates(worker.db)).map(({ model, success }) => [model, success]);
  return { ...worker, provider, target, deps, job, states };
}

test("only the failed model is probed, and the channel shows that it doesn't work", async () => {
  const { db, provider, target, deps, job, states, clock } = await withChannel();
  const before = await getTarget(db, target.id);
  provider.setBehaviour('gpt-4o', 'http_503');
  await probeOneModel(deps, job, endless);
  expect(provider.requests.map(({ model }) => model)).toEqual(['gpt-4o']);
  expect(await states()).toEqual([
    ['gpt-4o', false],
    ['other', true],
  ]);
  expect(await getTarget(db, target.id)).toMatchObject({
    last_status: 'degraded',
    last_success: 1,
    last_fail: 1,
    last_run_at: before?.last_run_at,
  });
  const [run] = await listRuns(db, target.id, 1, { with_traffic: true });
  expect(run).toMatchObject({ trigger: 'traffic', total: 1, fail: 1, finished_at: clock.now });
  expect(deps.events).toEqual([{ type: 'target_updated', data: { target_id: target.id } }]);
});

test('a model that works after all stays so', async () => {
  const { deps, job, states } = await withChannel();
  await probeOneModel(deps, job, endless);
  expect((await states())[0]).toEqual(['gpt-4o', true]);
});

test('a model is probed at most once in ten seconds, however often traffic fails', async () => {
  const { provider, deps, job, clock } = await withChannel();
  await probeOneModel(deps, job, endless);
  clock.now += 9;
  await probeOneModel(deps, job, endless);
  expect(provider.requests).toHaveLength(1);
  clock.now += 1;
  await probeOneModel(deps, job, endless);
  expect(provider.requests).toHaveLength(2);
});

test('a scheduled probe just before counts if it failed, but not if it passed', async () => {
  const { provider, deps, job, target, clock } = await withChannel();
  const run = () => runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  await run();
  clock.now += 1;
  provider.requests.length = 0;
  await probeOneModel(deps, job, endless);
  expect(provider.requests).toHaveLength(1);
  clock.now += 60;
  provider.setBehaviour('gpt-4o', 'http_503');
  await run();
  clock.now += 1;
  provider.requests.length = 0;
  await probeOneModel(deps, job, endless);
  expect(provider.requests).toEqual([]);
});

test('a model that failed in traffic is probed again, less and less often, until it works', async () => {
  const { provider, deps, job, clock, states } = await withChannel();
  deps.bus.modelProbes.consume((again, cut) => probeOneModel(deps, again, cut), { concurrency: 1 });
  provider.setBehaviour('gpt-4o', 'http_503');
  await probeOneModel(deps, job, endless);
  const askedAt: number[] = [];
  const start = clock.now;
  for (const second of [29, 30, 59, 60, 119]) {
    clock.now = start + second;
    const before = provider.requests.length;
    await recheckModels(deps);
    await expect.poll(async () => (await deps.bus.modelProbes.depth()).active).toBe(0);
    if (provider.requests.length > before) askedAt.push(second);
  }
  expect(askedAt).toEqual([30, 60]);
  provider.setBehaviour('gpt-4o', 'good');
  clock.now = start + 120;
  await recheckModels(deps);
  await expect.poll(states).toContainEqual(['gpt-4o', true]);
  provider.requests.length = 0;
  clock.now += 600;
  await recheckModels(deps);
  expect(await deps.bus.modelProbes.depth()).toEqual({ waiting: 0, active: 0 });
  expect(provider.requests).toEqual([]);
});

test('the form that worked before is used first', async () => {
  const { db, provider, target, deps, job } = await withChannel('wants_max_completion_tokens');
  await probeOneModel(deps, job, endless);
  expect(provider.requests).toHaveLength(1);
  const [known] = await listKnownModels(db, target.id);
  expect(known?.remembered).toMatchObject({ tokenLimitField: 'max_completion_tokens' });
});

test("the channel's current settings are used", async () => {
  const { db, target, deps, job, clock, states, provider } = await withChannel();
  const elsewhere = await startProvider({ 'gpt-4o': 'http_500' });
  await updateTarget(db, target.id, { base_url: elsewhere.origin }, clock.now);
  await probeOneModel(deps, job, endless);
  expect([provider.requests.length, elsewhere.requests.length]).toEqual([0, 1]);
  expect((await states())[0]).toEqual(['gpt-4o', false]);
});

test("a probe of a channel that has moved since isn't recorded", async () => {
  const { db, target, deps, job, clock, states, provider } = await withChannel();
  provider.setBehaviour('gpt-4o', 'hang_before_headers');
  const probing = probeOneModel(deps, job, endless);
  await expect.poll(() => provider.requests.length).toBe(1);
  await updateTarget(db, target.id, { base_url: 'https://new.example' }, clock.now);
  await probing;
  expect((await states())[0]).toEqual(['gpt-4o', true]);
  expect(deps.events).toEqual([]);
}, 15_000);

test.each(['disabled', 'deleted'] as const)('a %s channel is not probed', async (how) => {
  const { db, target, deps, job, clock, provider } = await withChannel();
  if (how === 'deleted') await deleteTarget(db, target.id, 1000);
  else await updateTarget(db, target.id, { enabled: false }, clock.now);
  await probeOneModel(deps, job, endless);
  expect(provider.requests).toEqual([]);
});

test.each(['unknown', 'whisper-1'])(
  'a model that is never probed (%s) is skipped',
  async (model) => {
    const { deps, target, provider } = await withChannel();
    await probeOneModel(deps, { target_id: target.id, model }, endless);
    expect(provider.requests).toEqual([]);
  },
);

test("a probe that is cut off isn't recorded", async () => {
  const { deps, job, states, provider } = await withChannel();
  provider.setBehaviour('gpt-4o', 'hang_before_headers');
  const cut = new AbortController();
  const probing = probeOneModel(deps, job, cut.signal);
  await expect.poll(() => provider.requests.length).toBe(1);
  cut.abort();
  await probing;
  expect((await states())[0]).toEqual(['gpt-4o', true]);
});
