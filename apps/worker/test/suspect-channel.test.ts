import { getTarget, listModelStates, listRunModels, listRuns, updateTarget } from '@api-monitor/db';
import type { BehaviourName } from '@api-monitor/fake-provider';
import { expect, test } from 'vitest';
import { runTarget } from '../src/run/run-target.ts';
import { addTarget, openTestWorker, startProvider } from './open-test-worker.ts';

const endless = new AbortController().signal;
const models = ['a', 'b', 'c', 'd', 'e'];

/** A channel of five models that all passed a run an hour ago. */
async function withChannel(fields: Parameters<typeof addTarget>[2] = {}) {
  const worker = await openTestWorker();
  const provider = await startProvider(Object.fromEntries(models.map((name) => [name, 'good'])));
  const target = await addTarget(worker, provider, fields);
  const deps = worker.makeDeps();
  const run = async (trigger: 'schedule' | 'manual' = 'schedule') => {
    worker.clock.now += 3600;
    provider.requests.length = 0;
    await runTarget(deps, { targetId: target.id, trigger }, endless);
    const [latest] = await listRuns(worker.db, target.id, 1);
    const rows = await listRunModels(worker.db, {
      target_id: target.id,
      run_id: latest?.id,
      limit: 100,
    });
    const asked = provider.requests.flatMap(({ model }) => model ?? []);
    return { ...latest, rows: rows.toSorted((x, y) => x.model.localeCompare(y.model)), asked };
  };
  const all = (behaviour: BehaviourName) => {
    for (const name of models) provider.setBehaviour(name, behaviour);
  };
  const now = async () => getTarget(worker.db, target.id);
  await run();
  return { ...worker, provider, target, deps, run, all, now };
}

test('a relay that guards only its list is probed all the same', async () => {
  const { provider, run, now } = await withChannel();
  provider.setModelList('status_401');
  const { status, error, error_kind, success, asked } = await run();
  expect({ status, error_kind, success }).toEqual({
    status: 'completed',
    error_kind: 'auth',
    success: 5,
  });
  expect(error).toBe('model list: HTTP 401: bad key');
  expect(asked.toSorted()).toEqual(models);
  const listFailed = {
    code: 'list_failed',
    kind: 'auth',
    status: 401,
    message: 'HTTP 401: bad key',
  };
  const healthy = { last_status: 'healthy', last_error: error, fault: null };
  expect(await now()).toMatchObject({ ...healthy, last_notes: [listFailed] });
});

test('a revoked key is found with one probe, and every model has it as its cause', async () => {
  const { provider, run, all, now, db, target } = await withChannel();
  provider.setModelList('status_401');
  all('http_401');
  const { rows, asked, fail, error_kind } = await run();
  expect(asked).toHaveLength(1);
  expect({ fail, error_kind }).toEqual({ fail: 5, error_kind: 'auth' });
  expect(rows.map(({ error_kind: kind }) => kind)).toEqual(Array(5).fill('auth'));
  expect(new Set(rows.map(({ error }) => error)).size).toBe(1);
  expect(rows.map(({ requests }) => requests).toSorted()).toEqual([0, 0, 0, 0, 1]);
  expect(await now()).toMatchObject({ last_status: 'down', fault: { kind: 'auth', failures: 6 } });
  const states = await listModelStates(db, { target_ids: [target.id] });
  expect(states.some(({ success }) => success)).toBe(false);
});

test('the model that was proven last is asked first', async () => {
  const { provider, run } = await withChannel();
  for (const name of models) if (name !== 'd') provider.setBehaviour(name, 'http_500');
  await run();
  provider.setModelList('status_401');
  expect((await run()).asked[0]).toBe('d');
});

test('a dead host is found with two probes', async () => {
  const { provider, run, now } = await withChannel();
  await provider.close();
  const { rows, error, error_kind } = await run();
  expect(error).toBe('model list: connection refused');
  expect(error_kind).toBe('network');
  expect(rows.filter(({ requests }) => requests > 0)).toHaveLength(2);
  expect(rows.every(({ error_kind: kind }) => kind === 'network')).toBe(true);
  expect(await now()).toMatchObject({ last_status: 'down', fault: { kind: 'network' } });
});

test('a list that fails otherwise leaves nothing green that was not just proven', async () => {
  const { provider, run, now } = await withChannel();
  provider.setModelList('status_500');
  for (const name of ['b', 'c']) provider.setBehaviour(name, 'http_503');
  const { rows, error, asked } = await run();
  expect(asked.toSorted()).toEqual(models);
  expect(rows.map(({ success }) => success)).toEqual([true, false, false, true, true]);
  expect(error).toContain('model list: HTTP 500');
  expect(await now()).toMatchObject({ last_status: 'degraded', fault: null });
});

test('an account without credit stops the run, though its list was read', async () => {
  const { provider, run, all, now } = await withChannel();
  for (const name of ['f', 'g', 'h']) provider.setBehaviour(name, 'good');
  await run();
  all('http_402');
  for (const name of ['f', 'g', 'h']) provider.setBehaviour(name, 'http_402');
  const { rows, asked, error } = await run();
  expect(asked.length).toBeLessThan(8);
  expect(error).toBeNull();
  expect(rows.map(({ error_kind: kind }) => kind)).toEqual(Array(8).fill('quota'));
  expect(await now()).toMatchObject({ last_status: 'down', fault: { kind: 'quota' } });
});

test('a key that is refused for some models only is not a fault of the channel', async () => {
  const { provider, run, now } = await withChannel();
  for (const name of ['a', 'b', 'c', 'd']) provider.setBehaviour(name, 'http_401');
  provider.setBehaviour('e', 'good');
  await run();
  const { success, asked } = await run();
  expect(success).toBe(1);
  expect(asked.toSorted()).toEqual(models);
  expect(await now()).toMatchObject({ last_status: 'degraded', fault: null });
});

test('a channel at fault is asked with one probe, and with all when that is answered', async () => {
  const { provider, run, all, now } = await withChannel();
  provider.setModelList('status_401');
  all('http_401');
  await run();
  provider.setModelList('good');
  expect((await run()).asked).toHaveLength(1);
  all('good');
  const { asked, success } = await run();
  expect({ asked: asked.length, success }).toEqual({ asked: 5, success: 5 });
  expect(await now()).toMatchObject({ last_status: 'healthy', fault: null });
});

test('that a run found or ended a fault is told at once', async () => {
  const { provider, run, all, now, deps, target, clock } = await withChannel();
  const told = () =>
    deps.events.splice(0).flatMap(({ type, data }) => (type === 'fault_changed' ? data : []));
  expect(told()).toEqual([]);
  provider.setModelList('status_401');
  all('http_401');
  await run();
  const { fault } = (await now()) ?? {};
  expect(told()).toEqual([{ target_id: target.id, fault, at: fault?.found_at }]);
  provider.setModelList('good');
  all('good');
  await run('manual');
  expect(told()).toEqual([{ target_id: target.id, fault: null, at: clock.now }]);
  await run();
  expect(told()).toEqual([]);
});

test('models that vanish from the list are kept as gone', async () => {
  const { provider, run, now, db } = await withChannel();
  provider.removeModel('a');
  await run();
  const goneNow = async () =>
    (await listModelStates(db)).filter(({ gone_at }) => gone_at !== null).map(({ model }) => model);
  expect(await goneNow()).toEqual(['a']);
  expect(await now()).toMatchObject({ last_status: 'healthy', last_total: 4, last_error: null });
});

test('an empty list of a channel that had models is a failed one: they are asked all the same', async () => {
  const { provider, run, now, db } = await withChannel();
  provider.setModelList('empty');
  provider.setBehaviour('b', 'http_503');
  const { error, error_kind, notes, asked, rows } = await run();
  expect({ error, error_kind, notes }).toEqual({
    notes: [{ code: 'list_emptied', models: 5 }],
    error: 'model list: it is empty, although it had 5 models',
    error_kind: 'bad_body',
  });
  expect(asked.toSorted()).toEqual(models);
  expect(rows.map(({ success }) => success)).toEqual([true, false, true, true, true]);
  expect((await listModelStates(db)).every(({ gone_at }) => gone_at === null)).toBe(true);
  expect(await now()).toMatchObject({ last_status: 'degraded', last_error: error });
});

test('an empty list takes nothing from models typed by hand', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ typed: 'good' });
  provider.setModelList('empty');
  const target = await addTarget(worker, provider, { models: ['typed'] });
  const deps = worker.makeDeps();
  for (const trigger of ['manual', 'manual'] as const) {
    await runTarget(deps, { targetId: target.id, trigger }, endless);
    const now = await getTarget(worker.db, target.id);
    expect(now).toMatchObject({ last_status: 'healthy', last_error: null });
  }
});

test('models typed by hand need no list', async () => {
  const { provider, run, target, db, clock } = await withChannel();
  provider.setModelList('status_404');
  const patch = { models: ['a', 'b'], models_mode: 'manual' } as const;
  await updateTarget(db, target.id, { ...patch, models: [...patch.models] }, clock.now);
  const { rows, error, asked } = await run();
  expect([rows.map(({ model }) => model), error]).toEqual([['a', 'b'], null]);
  expect(asked).toHaveLength(2);
  expect(provider.requests.every(({ method }) => method === 'POST')).toBe(true);
});

test('a new channel without a list works by the models that were typed in', async () => {
  const worker = await openTestWorker();
  const provider = await startProvider({ typed: 'good' });
  provider.setModelList('status_404');
  const target = await addTarget(worker, provider, { models: ['typed'] });
  await runTarget(worker.makeDeps(), { targetId: target.id, trigger: 'manual' }, endless);
  expect(await getTarget(worker.db, target.id)).toMatchObject({
    ...{ last_status: 'healthy', last_total: 1, last_success: 1 },
    last_error: expect.stringContaining('model list: HTTP 404'),
  });
});
