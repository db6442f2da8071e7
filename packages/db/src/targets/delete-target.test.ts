import { expect, test } from 'vitest';
import { finish, probe, runOnce, startedRun, targetInput } from '../../test/samples.ts';
import { openIn, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import {
  countTargets,
  createTarget,
  deleteTarget,
  findTargetByName,
  heartbeatRun,
  listDueTargets,
  listModelStates,
  listRunningTargetIds,
  listTargetRevisions,
  listTargets,
  listTargetsByIds,
  type OpenedDatabase,
  openApiKey,
  pruneRuns,
  reorderTargets,
  updateTarget,
} from '../index.ts';
import { hideTarget, purgeTarget } from './delete-target.ts';

const manyModels = Array.from({ length: 500 }, (_, index) => probe({ model: `m${index}` }));

const countRows = async (db: OpenedDatabase) => {
  const counts: number[] = [];
  for (const table of ['targets', 'runs', 'run_models'] as const) {
    counts.push((await db.kysely.selectFrom(table).select('id').execute()).length);
  }
  return counts;
};

/** A channel whose deletion was interrupted right after it began. */
async function halfDeleted(db: OpenedDatabase) {
  const { id } = await createTarget(db, targetInput(), 1);
  await runOnce(db, id, 10, [probe(), probe({ model: 'b' }), probe({ model: 'c' })]);
  const run = await startedRun(db, id, 20);
  expect(await hideTarget(db, id, 30)).toBe(true);
  expect(await countRows(db)).toEqual([1, 2, 3]);
  return { id, run };
}

test('a deleted target is gone for everyone while its rows are being deleted', async () => {
  const db = await tempDatabase();
  const { id, run } = await halfDeleted(db);
  expect(await listTargets(db)).toEqual([]);
  expect(await listTargetsByIds(db, [id])).toEqual([]);
  expect(await listTargetRevisions(db)).toEqual([]);
  expect(await findTargetByName(db, 'Relay')).toBeNull();
  expect(await updateTarget(db, id, { enabled: true }, 31)).toBeNull();
  expect(await listDueTargets(db, 1e9)).toEqual([]);
  expect(await listModelStates(db)).toEqual([]);
  expect(await listRunningTargetIds(db)).toEqual([]);
  expect(await countTargets(db)).toMatchObject({ total_targets: 0, running_targets: 0 });
  expect(await heartbeatRun(db, { run_id: run.id, nowS: 31 })).toBe(false);
  expect(await finish(db, run, [probe()])).toEqual({ outcome: 'target_gone' });
  await expect(reorderTargets(db, [id], 31)).rejects.toMatchObject({ code: 'invalid_input' });
  expect(await deleteTarget(db, id, 31)).toBe(false);
  expect(await countRows(db)).toEqual([1, 2, 3]);
});

test('in the end nothing of a deleted target is left', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  await runOnce(db, id, 10, manyModels);
  expect(await deleteTarget(db, id, 30)).toBe(true);
  expect(await countRows(db)).toEqual([0, 0, 0]);
});

test('the name of a deleted target is free at once', async () => {
  const db = await tempDatabase();
  const { id } = await halfDeleted(db);
  const again = await createTarget(db, targetInput(), 31);
  expect(again.sort_order).toBe(1);
  await purgeTarget(db, id, { batchSize: 2 });
  expect(await listTargets(db)).toEqual([again]);
});

test('what a crash during the deletion left is removed with the old runs, and the key is gone at once', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  await halfDeleted(db);
  await db.close();
  const again = await openIn(dataDir);
  expect(await listTargets(again)).toEqual([]);
  const [kept] = await again.kysely.selectFrom('targets').select('api_key').execute();
  expect(kept && openApiKey(again, kept)).toBe('');
  await pruneRuns(again, { before: 0, batchSize: 2 });
  expect(await countRows(again)).toEqual([0, 0, 0]);
});
