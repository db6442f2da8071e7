import {
  deleteTarget,
  getTarget,
  listModelStates,
  listRunModels,
  listRunningTargetIds,
  listRuns,
  updateTarget,
} from '@api-monitor/db';
import { expect, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;

test('a run writes its rows, totals, states and log, and publishes events', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({
    'gpt-4o': 'good',
    'claude-x': 'http_500',
    'whisper-1': 'good',
  });
  const target = await addTarget(worker, provider, { name: 'relay' });
  const deps = worker.makeDeps();
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);

  const [run] = await listRuns(worker.db, target.id, 10);
  expect(run).toMatchObject({ status: 'completed', total: 2, success: 1, fail: 1, skipped: 1 });
  const rows = await listRunModels(worker.db, { target_id: target.id, run_id: run?.id, limit: 10 });
  expect(rows.map((row) => [row.model, row.success, row.error_kind]).sort()).toEqual([
    ['claude-x', false, 'upstream'],
    ['gpt-4o', true, null],
    ['whisper-1', false, 'skipped'],
  ]);
  expect(await getTarget(worker.db, target.id)).toMatchObject({
    last_status: 'degraded',
    last_total: 2,
    last_success: 1,
    last_fail: 1,
    last_run_at: worker.clock.now,
    last_log_file: run?.log_file,
  });
  expect(await listModelStates(worker.db, { target_ids: [target.id] })).toHaveLength(3);

  const { files, lines } = await worker.readLogs();
  expect(files).toEqual([run?.log_file]);
  const logged = lines.map((line) => JSON.parse(line));
  expect(logged).toHaveLength(3);
  expect(logged[0]).toMatchObject({
    target_id: target.id,
    run_id: run?.id,
    target_name: 'relay',
  });

  expect(deps.events.map((event) => event.type)).toEqual([
    'target_updated',
    'run_progress',
    'run_progress',
    'run_progress',
    'run_progress',
    'run_completed',
  ]);
  expect(deps.events.at(1)?.data).toMatchObject({ total: 3, done: 0, probe: null });
  expect(deps.events.at(4)?.data).toMatchObject({ total: 3, done: 3 });
  expect(deps.events.at(5)?.data).toEqual({
    target_id: target.id,
    target_name: 'relay',
    status: 'degraded',
    total: 2,
    success: 1,
    fail: 1,
    run_id: run?.id,
  });
});

test('without a list and without known models, the run ends in an error that says what was sent', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  provider.setModelList('status_401');
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  const [run] = await listRuns(worker.db, target.id, 1);
  const error = expect.stringContaining('HTTP 401');
  expect(run).toMatchObject({ status: 'error', error, error_kind: 'auth' });
  expect(await getTarget(worker.db, target.id)).toMatchObject({
    ...{ last_status: 'error', last_error: run?.error, last_error_kind: 'auth' },
  });
  expect(deps.events.at(-1)).toMatchObject({ type: 'run_completed', data: { status: 'error' } });
});

test('only the selected models are probed, up to max_models', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ a: 'good', b: 'good', c: 'good', d: 'good' });
  const selected_models = ['d', 'c', 'b'];
  const target = await addTarget(worker, provider, { selected_models, max_models: 2 });
  await runTarget(worker.makeDeps(), { targetId: target.id, trigger: 'manual' }, endless);
  const rows = await listRunModels(worker.db, { target_id: target.id, limit: 10 });
  expect(rows.map((row) => row.model).sort()).toEqual(['b', 'c']);
});

test('if two workers start a target at once, one runs it', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'slow' });
  const target = await addTarget(worker, provider);
  const request = { targetId: target.id, trigger: 'schedule' } as const;
  const [one, two] = [worker.makeDeps(), worker.makeDeps()];
  await Promise.all([runTarget(one, request, endless), runTarget(two, request, endless)]);
  expect(await listRuns(worker.db, target.id, 10)).toHaveLength(1);
  expect(provider.requests.filter(({ model }) => model === 'gpt-4o')).toHaveLength(1);
});

test('a target that is deleted during its run ends cleanly and leaves nothing', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'hang_before_headers' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const running = runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  await expect.poll(() => provider.requests.length).toBe(2);
  await deleteTarget(worker.db, target.id, worker.clock.now);
  deps.activeRuns.targetChanged(target.id, null);
  await running;
  expect(await listRunningTargetIds(worker.db)).toEqual([]);
  expect(deps.events.map((event) => event.type)).not.toContain('run_completed');
});

test('disabling a target ends its run, and the target keeps its last status', async () => {
  const patch = { enabled: false };
  const sentence = 'stopped: the channel was disabled';
  const worker = await openTestWorker({ limits: { probesPerRun: 1 } });
  const provider = await startProvider({ a: 'good', b: 'hang_before_headers', c: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const running = runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  await expect.poll(() => provider.requests.at(-1)?.model).toBe('b');
  const changed = await updateTarget(worker.db, target.id, patch, worker.clock.now);
  deps.activeRuns.targetChanged(target.id, changed);
  await running;
  const [run] = await listRuns(worker.db, target.id, 1);
  expect(run).toMatchObject({ status: 'error', error: sentence, total: 1, success: 1 });
  const rows = await listRunModels(worker.db, { target_id: target.id, limit: 10 });
  expect(rows.map((row) => row.model)).toEqual(['a']);
  expect(await getTarget(worker.db, target.id)).toMatchObject({
    last_status: null,
    last_run_at: null,
    last_error: sentence,
  });
});

test('what was measured with another key is kept', async () => {
  const worker = await openTestWorker({ limits: { probesPerRun: 1 } });
  const provider = await startProvider({ a: 'good', b: 'hang_before_headers', c: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const running = runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  await expect.poll(() => provider.requests.at(-1)?.model).toBe('b');
  const patch = { api_key: 'sk-another-0123456789' };
  const changed = await updateTarget(worker.db, target.id, patch, worker.clock.now);
  deps.activeRuns.targetChanged(target.id, changed);
  await running;
  const [again, cut] = await listRuns(worker.db, target.id, 10);
  expect(cut).toMatchObject({ status: 'error', total: 1, success: 1 });
  expect(cut?.error).toBe('stopped: the address or the key of the channel changed');
  expect(again?.error).toContain('HTTP 401');
});

test('a run continues if only the name changes', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ a: 'slow' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const running = runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  await expect.poll(() => provider.requests.length).toBe(2);
  const renamed = await updateTarget(worker.db, target.id, { name: 'new' }, worker.clock.now);
  deps.activeRuns.targetChanged(target.id, renamed);
  await running;
  expect(deps.events.at(-1)).toMatchObject({
    type: 'run_completed',
    data: { target_name: 'new', status: 'healthy' },
  });
});

test('a stopping worker lets running probes end, starts no more, and keeps what it measured', async () => {
  const worker = await openTestWorker({ limits: { probesPerRun: 1 } });
  const provider = await startProvider({ a: 'good', b: 'slow', c: 'good' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const running = runTarget(deps, { targetId: target.id, trigger: 'schedule' }, endless);
  await expect.poll(() => provider.requests.at(-1)?.model).toBe('b');
  deps.stop();
  await running;
  const rows = await listRunModels(worker.db, { target_id: target.id, limit: 10 });
  expect(rows.map((row) => [row.model, row.success]).sort()).toEqual([
    ['a', true],
    ['b', true],
  ]);
  const [run] = await listRuns(worker.db, target.id, 1);
  expect(run).toMatchObject({ status: 'error', error: 'interrupted', total: 2 });
  expect(await getTarget(worker.db, target.id)).toMatchObject({ last_run_at: null });
});

test("a probe that is cut off after the grace period isn't recorded", async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ a: 'good', b: 'hang_midway' });
  const target = await addTarget(worker, provider, { timeout_s: 300 });
  const deps = worker.makeDeps();
  const cut = new AbortController();
  const running = runTarget(deps, { targetId: target.id, trigger: 'schedule' }, cut.signal);
  await expect
    .poll(() => deps.events.some(({ data }) => 'done' in data && data.done === 1))
    .toBe(true);
  deps.stop();
  cut.abort();
  await running;
  const rows = await listRunModels(worker.db, { target_id: target.id, limit: 10 });
  expect(rows.map((row) => row.model)).toEqual(['a']);
});

test("a key that this installation can't decrypt is a clear error, and nothing is sent", async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ a: 'good' });
  const target = await addTarget(worker, provider);
  const foreign = 'v1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
  await worker.db.kysely.updateTable('targets').set({ api_key: foreign }).execute();
  await runTarget(worker.makeDeps(), { targetId: target.id, trigger: 'manual' }, endless);
  expect(provider.requests).toEqual([]);
  const { last_status, last_error } = (await getTarget(worker.db, target.id)) ?? {};
  expect(last_status).toBe('error');
  expect(last_error).toMatch(/key/i);
});

test('the form that worked for a model is used first in the next run', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-5-mini': 'wants_max_completion_tokens' });
  const target = await addTarget(worker, provider);
  const deps = worker.makeDeps();
  const asked = () => provider.requests.filter(({ model }) => model !== null).length;
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  expect(asked()).toBe(2);
  await runTarget(deps, { targetId: target.id, trigger: 'manual' }, endless);
  expect(asked()).toBe(3);
});

test('a model is asked once by its id however many aliases it has, and excluded ones never', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ 'gpt-4o': 'good', 'gpt-4': 'good', secret: 'good' });
  const target = await addTarget(worker, provider, {
    name: 'relay',
    models: ['public'],
    model_aliases: ['public = gpt-4o', 'gpt-4 = gpt-4o'],
    exclude: ['sec*'],
  });
  await runTarget(worker.makeDeps(), { targetId: target.id, trigger: 'manual' }, endless);
  const states = await listModelStates(worker.db, { target_ids: [target.id] });
  expect(states.map(({ model }) => model)).toEqual(['gpt-4o']);
  const asked = provider.requests.filter(({ method }) => method === 'POST');
  expect(new Set(asked.map(({ body }) => (body as { model?: string } | null)?.model))).toEqual(
    new Set(['gpt-4o']),
  );
});
