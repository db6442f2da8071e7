import { probeRowLimit } from '@api-monitor/core';
import { expect, test } from 'vitest';
import {
  failedProbe,
  finish,
  probe,
  runOnce,
  startedRun,
  targetInput,
} from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  deleteTarget,
  endInterruptedRuns,
  getRun,
  getTarget,
  listAvailableModels,
  listKnownModels,
  listModelStates,
  listRunModels,
} from '../index.ts';

async function withTarget() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  return db;
}

const skipped = probe({
  model: 'text-embedding',
  success: false,
  transport_success: false,
  error: 'not a chat model',
  error_kind: 'skipped',
  status_code: null,
});

test('a completed run writes its rows, its counts and its target’s summary', async () => {
  const db = await withTarget();
  const run = await startedRun(db, 1, 100);
  const probes = [probe(), failedProbe({ model: 'o1' }), skipped];
  const outcome = await finish(db, run, probes, { log_file: 'target_1_a.jsonl', nowS: 107 });
  expect(outcome).toMatchObject({
    outcome: 'finished',
    run: { status: 'completed', total: 2, success: 1, fail: 1, skipped: 1, finished_at: 107 },
    target: {
      last_status: 'degraded',
      last_total: 2,
      last_success: 1,
      last_fail: 1,
      last_run_at: 100,
      last_log_file: 'target_1_a.jsonl',
      last_error: null,
    },
  });
  if (outcome.outcome !== 'finished') return;
  expect(await getRun(db, run.id)).toEqual(outcome.run);
  expect(await getTarget(db, 1)).toEqual(outcome.target);
  const rows = await listRunModels(db, { target_id: 1, run_id: run.id, limit: 10 });
  expect(rows).toEqual(
    probes.map((result, index) => ({
      ...{ id: index + 1, run_id: run.id, target_id: 1 },
      ...result,
      cost: null,
    })),
  );
});

test('every model gets a state, even a skipped one', async () => {
  const db = await withTarget();
  await runOnce(db, 1, 100, [probe(), failedProbe({ model: 'o1' }), skipped]);
  const states = await listModelStates(db);
  expect(states.map((state) => [state.model, state.success, state.error_kind])).toEqual([
    ['gpt-4o', true, null],
    ['o1', false, 'rate_limit'],
    ['text-embedding', false, 'skipped'],
  ]);
});

test('a list of models that could not be read is an error, and the states stay as they were', async () => {
  const db = await withTarget();
  await runOnce(db, 1, 100, [probe()]);
  const states = await listModelStates(db);
  const outcome = await finish(db, await startedRun(db, 1, 200), [], {
    status: 'error',
    error: 'HTTP 401: bad key',
    listed_models: null,
  });
  expect(outcome).toMatchObject({
    run: { status: 'error', error: 'HTTP 401: bad key' },
    target: { last_status: 'error', last_error: 'HTTP 401: bad key', last_run_at: 200 },
  });
  expect(await listModelStates(db)).toEqual(states);
});

test('an interrupted run stores what it measured and does not change the status or the schedule', async () => {
  const db = await withTarget();
  await runOnce(db, 1, 100, [probe(), probe({ model: 'o1' })]);
  const before = await getTarget(db, 1);
  const outcome = await finish(
    db,
    await startedRun(db, 1, 200),
    [failedProbe({ timestamp: 201 })],
    {
      status: 'interrupted',
    },
  );
  expect(outcome).toMatchObject({
    run: { status: 'error', error: 'interrupted', total: 1, fail: 1 },
    target: {
      ...before,
      last_error: 'interrupted',
      last_notes: [{ code: 'cut', cut: 'interrupted' }],
    },
  });
  const states = await listModelStates(db);
  expect(states.map((state) => [state.model, state.success])).toEqual([
    ['gpt-4o', false],
    ['o1', true],
  ]);
  expect(await listRunModels(db, { target_id: 1, limit: 10 })).toHaveLength(3);
});

test('a target that is deleted during a run ends the run cleanly and leaves nothing', async () => {
  const db = await withTarget();
  const run = await startedRun(db, 1, 100);
  await deleteTarget(db, 1, 1000);
  expect(await finish(db, run, [probe()])).toEqual({ outcome: 'target_gone' });
  expect(await db.kysely.selectFrom('run_models').select('id').execute()).toEqual([]);
});

test('a run that was ended as interrupted and finishes later loses no row', async () => {
  const db = await withTarget();
  const run = await startedRun(db, 1, 100);
  await endInterruptedRuns(db, { runs: [run], nowS: 300 });
  expect(await finish(db, run, [probe()], { nowS: 310 })).toMatchObject({
    run: { status: 'completed', error: null, finished_at: 310 },
    target: { last_status: 'healthy', last_error: null },
  });
});

test('an error while a run is written leaves nothing of it', async () => {
  const db = await withTarget();
  const run = await startedRun(db, 1, 100);
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  // A value that can't become JSON fails after the rows and the summary were written.
  const remembered = new Map([['gpt-4o', circle]]);
  const [target, before] = [await getTarget(db, 1), await getRun(db, run.id)];
  await expect(finish(db, run, [probe()], { remembered })).rejects.toThrow(/circular/);
  expect(await getTarget(db, 1)).toEqual(target);
  expect(await getRun(db, run.id)).toEqual(before);
  expect(await listRunModels(db, { target_id: 1, limit: 10 })).toEqual([]);
  expect(await listModelStates(db)).toEqual([]);
});

test('a thousand models are written, each with its row and state', async () => {
  const db = await withTarget();
  const probes = Array.from({ length: 1000 }, (_, index) => probe({ model: `m${index}` }));
  await runOnce(db, 1, 100, probes);
  expect(await listRunModels(db, { target_id: 1, limit: probeRowLimit })).toHaveLength(1000);
  expect(await listModelStates(db)).toHaveLength(1000);
});

test('a model that is listed but not chosen is hidden, and can be chosen again', async () => {
  const db = await withTarget();
  await runOnce(db, 1, 100, [probe(), probe({ model: 'unchosen' })]);
  await finish(db, await startedRun(db, 1, 200), [probe()], {
    listed_models: ['gpt-4o', 'unchosen', 'never probed'],
  });
  expect((await listModelStates(db)).map((state) => state.model)).toEqual(['gpt-4o']);
  const available = await listAvailableModels(db, 1);
  expect(available.map(({ model }) => model)).toEqual(['gpt-4o', 'never probed', 'unchosen']);
  await runOnce(db, 1, 300, [probe(), probe({ model: 'unchosen', timestamp: 301 })]);
  expect((await listModelStates(db)).map((state) => state.model)).toEqual(['gpt-4o', 'unchosen']);
});

test('without a full list of models none is gone', async () => {
  const db = await withTarget();
  await runOnce(db, 1, 100, [probe(), probe({ model: 'other' })]);
  await finish(db, await startedRun(db, 1, 200), [probe()], { listed_models: null });
  expect(await listAvailableModels(db, 1)).toHaveLength(2);
  expect((await listKnownModels(db, 1)).map(({ gone_at }) => gone_at)).toEqual([null, null]);
});

test('what worked is remembered for each model until a run replaces it', async () => {
  const db = await withTarget();
  const recall = async () => (await listKnownModels(db, 1)).map((known) => known.remembered);
  const remember = async (nowS: number, remembered: Map<string, unknown>) =>
    finish(db, await startedRun(db, 1, nowS), [probe()], { remembered });
  await remember(100, new Map([['gpt-4o', { route: 'chat', stream: true }]]));
  expect(await recall()).toEqual([{ route: 'chat', stream: true }]);
  await remember(200, new Map());
  expect(await recall()).toEqual([{ route: 'chat', stream: true }]);
  await remember(300, new Map([['gpt-4o', null]]));
  expect(await recall()).toEqual([null]);
});
