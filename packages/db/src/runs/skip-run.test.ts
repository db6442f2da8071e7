import { expect, test } from 'vitest';
import { finish, probe, runOnce, startedRun, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, getTarget, listDueTargets, listModelStates, skipRun } from '../index.ts';

test('a run that is skipped leaves its reason, once, and the target stays due', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  const note = { code: 'not_run' } as const;
  expect(await skipRun(db, { target_id: id, note })).toBe(true);
  expect(await skipRun(db, { target_id: id, note })).toBe(false);
  expect(await skipRun(db, { target_id: 99, note })).toBe(false);
  const last_error = 'not run: the budget of the day is used up';
  const said = { last_error, last_notes: [note], last_run_at: null };
  expect(await getTarget(db, id)).toMatchObject(said);
  expect(await listDueTargets(db, 100)).toHaveLength(1);
  await runOnce(db, id, 200, [probe()]);
  expect(await getTarget(db, id)).toMatchObject({ last_error: null, last_notes: null });
});

test('a model that a run leaves out keeps its state and its place, and counts', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  const models = ['a', 'b', 'c'];
  const success = (model: string) => probe({ model, success: model !== 'b' });
  await runOnce(db, id, 200, models.map(success));
  const kept = { listed_models: models, kept_models: ['b', 'unknown'] };
  await finish(db, await startedRun(db, id, 900), [success('a')], kept);
  const states = await listModelStates(db);
  expect(states.map(({ model, timestamp }) => [model, timestamp])).toEqual([
    ['a', 1000],
    ['b', 1000],
  ]);
  expect(await getTarget(db, id)).toMatchObject({ last_total: 2, last_success: 1, last_fail: 1 });
});
