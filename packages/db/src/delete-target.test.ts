import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, test } from 'vitest';
import { finish, probe, runOnce, startedRun, targetInput } from '../test/samples.ts';
import { openIn, tempDatabase, tempFolder } from '../test/temp-database.ts';
import {
  countTargets,
  createTarget,
  deleteTarget,
  findTargetByName,
  getTarget,
  heartbeatRun,
  listDueTargets,
  listModelStates,
  listRunningTargetIds,
  listTargetRevisions,
  listTargets,
  listTargetsByIds,
  type OpenedDatabase,
  pruneRuns,
  reorderTargets,
  updateTarget,
} from './index.ts';

const manyModels = Array.from({ length: 1000 }, (_, index) => probe({ model: `m${index}` }));

const countRows = async (db: OpenedDatabase) => {
  const counts: number[] = [];
  for (const table of ['targets', 'runs', 'run_models'] as const) {
    counts.push((await db.kysely.selectFrom(table).select('id').execute()).length);
  }
  return counts;
};

/** A channel whose deletion has begun and will take many turns yet. */
async function whileDeleting() {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  await runOnce(db, id, 10, manyModels);
  const run = await startedRun(db, id, 20);
  const deletion = deleteTarget(db, id, 30);
  while (await getTarget(db, id)) await new Promise((resolve) => setImmediate(resolve));
  expect((await countRows(db))[2]).toBeGreaterThan(0);
  return { db, id, run, deletion };
}

test('it is gone for everyone while its rows still go', async () => {
  const { db, id, run, deletion } = await whileDeleting();
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
  await deletion;
  expect(await countRows(db)).toEqual([0, 0, 0]);
});

test('its name is free at once', async () => {
  const { db, deletion } = await whileDeleting();
  const again = await createTarget(db, targetInput(), 31);
  expect(again.sort_order).toBe(1);
  await deletion;
  expect(await listTargets(db)).toEqual([again]);
});

test('what a crash midway left is removed with the old runs, its key never kept', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  const { id } = await createTarget(db, targetInput(), 1);
  await runOnce(db, id, 10, manyModels);
  const deletion = deleteTarget(db, id, 30).catch(() => 'cut off');
  while (await getTarget(db, id)) await new Promise((resolve) => setImmediate(resolve));
  await db.close();
  expect(await deletion).toBe('cut off');
  const again = await openIn(dataDir);
  expect(await listTargets(again)).toEqual([]);
  expect((await countRows(again))[2]).toBeGreaterThan(0);
  await pruneRuns(again, { before: 0, batchSize: 100 });
  expect(await countRows(again)).toEqual([0, 0, 0]);
});

test('runs that no channel owns are removed with the old runs', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  const { id } = await createTarget(db, targetInput(), 1);
  await runOnce(db, id, 10, [probe()]);
  const other = new Sqlite(join(dataDir, 'registry.db'));
  other.pragma('foreign_keys = OFF');
  other.exec('delete from targets');
  other.close();
  await pruneRuns(db, { before: 0, batchSize: 100 });
  expect(await countRows(db)).toEqual([0, 0, 0]);
});
