import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { finish, startedRun, targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import { createTarget, getRun, listChannelChecks } from '../index.ts';
import { hideTarget } from '../targets/delete-target.ts';

const earlierEnds = [
  ['interrupted', 'interrupted'],
  ['deleted', 'target_deleted'],
  ['stopped: the channel was deleted', 'target_deleted'],
  ['stopped: the channel was disabled', 'target_disabled'],
  ['stopped: the address or the key of the channel changed', 'target_moved'],
  ['HTTP 401: no', null],
  ['stopped: the disk is full', null],
  [null, null],
] as const;

test('the runs of an earlier version keep why they were cut short', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0009-failed-runs');
  await sql`insert into targets (name, base_url, api_key)
    values ('One', 'https://one.example', 'sk-one')`.execute(earlier);
  const counts = { total: 0, success: 0, fail: 0, skipped: 0, trigger: 'schedule' as const };
  const runs = earlierEnds.map(([error], index) => ({
    ...counts,
    target_id: 1,
    started_at: 100 + index,
    finished_at: 101 + index,
    status: error === null ? ('completed' as const) : ('error' as const),
    error,
  }));
  await earlier.insertInto('runs').values(runs).execute();
  await earlier.destroy();
  const db = await openIn(dataDir);
  const stored = await db.kysely
    .selectFrom('runs')
    .select(['error', 'cut'])
    .orderBy('id')
    .execute();
  expect(stored.map(({ error, cut }) => [error, cut])).toEqual(earlierEnds);
  const checks = await listChannelChecks(db, 1, { after: 0, until: 1000 });
  expect(checks.map(({ at }) => at)).toEqual([105, 106]);
});

test('a run that ends early is stored with the code and the sentence of its reason', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  const moved = await startedRun(db, id, 10);
  await finish(db, moved, [], { status: 'interrupted', cut: 'target_moved' });
  expect(await getRun(db, moved.id)).toMatchObject({
    cut: 'target_moved',
    notes: [{ code: 'cut', cut: 'target_moved' }],
    error: 'stopped: the address or the key of the channel changed',
  });
  const deleted = await startedRun(db, id, 20);
  await hideTarget(db, id, 30);
  expect(await getRun(db, deleted.id)).toMatchObject({
    cut: 'target_deleted',
    notes: [{ code: 'cut', cut: 'target_deleted' }],
    error: 'stopped: the channel was deleted',
  });
});

test('a run that completes although it was ended as interrupted is no longer cut', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  const run = await startedRun(db, id, 10);
  await finish(db, run, [], { status: 'interrupted' });
  expect(await getRun(db, run.id)).toMatchObject({ cut: 'interrupted' });
  await finish(db, run, []);
  expect(await getRun(db, run.id)).toMatchObject({ status: 'completed', cut: null, error: null });
});
