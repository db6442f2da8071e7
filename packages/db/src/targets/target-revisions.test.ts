import { expect, test } from 'vitest';
import { probe, runOnce, targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import {
  createTarget,
  deleteTarget,
  listModelStates,
  listTargetRevisions,
  listTargetsByIds,
  reorderTargets,
  updateTarget,
} from '../index.ts';

async function twoTargets() {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ name: 'a' }), 1);
  await createTarget(db, targetInput({ name: 'b' }), 1);
  const revisions = async () => {
    const rows = await listTargetRevisions(db);
    return Object.fromEntries(rows.map(({ id, revision }) => [id, revision]));
  };
  return { db, revisions };
}

test('a target’s revision grows with changes of its settings, its place and its runs, but not with those of others', async () => {
  const { db, revisions } = await twoTargets();
  expect(await revisions()).toEqual({ 1: 1, 2: 1 });
  await updateTarget(db, 1, { enabled: false }, 2);
  expect(await revisions()).toEqual({ 1: 2, 2: 1 });
  await runOnce(db, 2, 100, [probe()]);
  expect(await revisions()).toEqual({ 1: 2, 2: 2 });
  await reorderTargets(db, [1, 2], 3);
  expect(await revisions()).toEqual({ 1: 2, 2: 2 });
  await reorderTargets(db, [2, 1], 3);
  expect(await revisions()).toEqual({ 1: 3, 2: 3 });
});

test('a deleted target is not among the revisions', async () => {
  const { db, revisions } = await twoTargets();
  await deleteTarget(db, 1, 1000);
  expect(await revisions()).toEqual({ 2: 1 });
});

test('targets and states are read by id, no matter how many ids there are', async () => {
  const { db } = await twoTargets();
  await runOnce(db, 1, 100, [probe()]);
  await runOnce(db, 2, 100, [probe(), probe({ model: 'z' })]);
  const ids = [2, ...Array.from({ length: 500 }, (_, index) => index + 1000)];
  expect((await listTargetsByIds(db, ids)).map((target) => target.name)).toEqual(['b']);
  expect(await listTargetsByIds(db, [])).toEqual([]);
  const states = await listModelStates(db, { target_ids: [...ids, 1], with_history: false });
  expect(states.map((state) => [state.target_id, state.model])).toEqual([
    [1, 'gpt-4o'],
    [2, 'gpt-4o'],
    [2, 'z'],
  ]);
  expect(await listModelStates(db, { target_ids: [] })).toEqual([]);
});
