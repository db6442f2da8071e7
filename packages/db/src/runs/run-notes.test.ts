import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { finish, startedRun, targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import { createTarget, endInterruptedRuns, getRun, getTarget } from '../index.ts';

test('runs and channels of an earlier version keep the text of their notes', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0011-evidence');
  const error = 'model list: HTTP 401: bad key';
  await sql`insert into targets (name, base_url, api_key, last_error)
    values ('One', 'https://one.example', 'sk-one', ${error})`.execute(earlier);
  await sql`insert into runs (target_id, started_at, status, "trigger", total, success, fail, error)
    values (1, 100, 'completed', 'schedule', 2, 2, 0, ${error})`.execute(earlier);
  await earlier.destroy();
  const db = await openIn(dataDir);
  expect(await getTarget(db, 1)).toMatchObject({ last_error: error, last_notes: null });
  expect(await getRun(db, 1)).toMatchObject({ error, notes: null });
});

test('the notes of a run are stored with it and its channel, until the next run', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  const run = await startedRun(db, id, 10);
  const notes = [{ code: 'over_budget', models: 2 } as const];
  await finish(db, run, [], { error: '2 models not asked', notes });
  expect(await getRun(db, run.id)).toMatchObject({ notes });
  expect(await getTarget(db, id)).toMatchObject({ last_notes: notes });
  await finish(db, await startedRun(db, id, 20), []);
  expect(await getTarget(db, id)).toMatchObject({ last_error: null, last_notes: null });
});

test('a run whose worker died is noted as interrupted', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  const notes = [{ code: 'cut', cut: 'interrupted' }];
  const [ended] = await endInterruptedRuns(db, { runs: [await startedRun(db, id, 10)], nowS: 20 });
  expect(ended).toMatchObject({ cut: 'interrupted', notes });
  expect(await getTarget(db, id)).toMatchObject({ last_error: 'interrupted', last_notes: notes });
});
