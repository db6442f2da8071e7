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
  getLatestFinishedRun,
  getTarget,
  listKnownModels,
  listModelStates,
  listRunModels,
  listRunningTargetIds,
  listRuns,
  listTargetRevisions,
  pruneRuns,
  recordModelProbe,
} from '../index.ts';

/** A healthy channel of two models, run at 100. */
async function withTarget() {
  const db = await tempDatabase();
  await createTarget(db, targetInput(), 1);
  await runOnce(db, 1, 100, [probe(), probe({ model: 'other' })]);
  return db;
}

const dead = failedProbe({ timestamp: 200 });
const input = { target_id: 1, probe: dead, findings: [], remembered: null, nowS: 201 };

test('the probe of one model writes a run, its row, the model’s state and the channel’s counts', async () => {
  const db = await withTarget();
  const outcome = await recordModelProbe(db, input);
  expect(outcome).toMatchObject({
    outcome: 'recorded',
    run: { trigger: 'traffic', status: 'completed', total: 1, success: 0, fail: 1 },
    target: { last_status: 'degraded', last_total: 2, last_success: 1, last_fail: 1 },
  });
  if (outcome.outcome !== 'recorded') return;
  const rows = await listRunModels(db, { target_id: 1, run_id: outcome.run.id, limit: 10 });
  expect(rows).toMatchObject([{ model: 'gpt-4o', error: dead.error }]);
  const [state, other] = await listModelStates(db, { target_ids: [1] });
  expect(state).toMatchObject({ success: false, state_since: 200, run_id: outcome.run.id });
  expect(JSON.parse(state?.history ?? '[]')).toHaveLength(2);
  expect(other).toMatchObject({ model: 'other', success: true });
});

test('a model that works again makes its channel healthy again', async () => {
  const db = await withTarget();
  await recordModelProbe(db, input);
  const back = await recordModelProbe(db, { ...input, probe: probe({ timestamp: 210 }) });
  expect(back).toMatchObject({ target: { last_status: 'healthy', last_success: 2, last_fail: 0 } });
});

test('the probe does not change the schedule or the latest run', async () => {
  const db = await withTarget();
  const before = await getTarget(db, 1);
  await recordModelProbe(db, input);
  expect((await getTarget(db, 1))?.last_run_at).toBe(before?.last_run_at);
  expect(await getLatestFinishedRun(db, 1)).toMatchObject({ id: 1, trigger: 'schedule' });
  expect((await listRuns(db, 1, 10)).map((run) => run.id)).toEqual([1]);
  const all = await listRuns(db, 1, 10, { with_traffic: true });
  expect(all.map((run) => run.trigger)).toEqual(['traffic', 'schedule']);
});

test('gateways notice the probe by the revision', async () => {
  const db = await withTarget();
  const [before] = await listTargetRevisions(db);
  await recordModelProbe(db, input);
  expect(await listTargetRevisions(db)).toEqual([{ id: 1, revision: (before?.revision ?? 0) + 1 }]);
});

test('a running run goes on, and its later result counts', async () => {
  const db = await withTarget();
  const run = await startedRun(db, 1, 150);
  expect(await recordModelProbe(db, input)).toMatchObject({ outcome: 'recorded' });
  expect(await listRunningTargetIds(db)).toEqual([1]);
  await finish(db, run, [probe({ timestamp: 220 }), probe({ model: 'other' })]);
  expect(await getTarget(db, 1)).toMatchObject({ last_status: 'healthy', last_total: 2 });
});

test('a channel whose list of models could not be read keeps its error', async () => {
  const db = await withTarget();
  await finish(db, await startedRun(db, 1, 150), [], {
    status: 'error',
    error: 'HTTP 401',
    listed_models: null,
  });
  const outcome = await recordModelProbe(db, { ...input, probe: probe() });
  expect(outcome).toMatchObject({ target: { last_status: 'error', last_error: 'HTTP 401' } });
});

test('the state of a model that was not chosen is updated, and still does not count', async () => {
  const db = await withTarget();
  await finish(db, await startedRun(db, 1, 150), [probe()], { listed_models: ['gpt-4o', 'other'] });
  const unchosen = failedProbe({ model: 'other', timestamp: 200 });
  const outcome = await recordModelProbe(db, { ...input, probe: unchosen });
  expect(outcome).toMatchObject({ target: { last_status: 'healthy', last_total: 1 } });
  expect((await listModelStates(db)).map((state) => state.model)).toEqual(['gpt-4o']);
});

test('what worked is remembered', async () => {
  const db = await withTarget();
  await recordModelProbe(db, { ...input, remembered: { route: 'chat' } });
  const known = await listKnownModels(db, 1);
  expect(known.map(({ remembered }) => remembered)).toEqual([{ route: 'chat' }, null]);
});

test('for a deleted channel or an unknown model nothing is written', async () => {
  const db = await withTarget();
  const unknown = { ...input, probe: probe({ model: 'gone' }) };
  expect(await recordModelProbe(db, unknown)).toEqual({ outcome: 'model_gone' });
  await deleteTarget(db, 1, 1000);
  expect(await recordModelProbe(db, input)).toEqual({ outcome: 'target_gone' });
  expect(await db.kysely.selectFrom('runs').select('id').execute()).toEqual([]);
});

test('old probes for traffic are pruned, but not the latest whole run before them', async () => {
  const db = await withTarget();
  await recordModelProbe(db, input);
  await recordModelProbe(db, { ...input, nowS: 900 });
  expect(await pruneRuns(db, { before: 500, batchSize: 10 })).toBe(1);
  const left = await listRuns(db, 1, 10, { with_traffic: true });
  expect(left.map((run) => run.id)).toEqual([3, 1]);
});
