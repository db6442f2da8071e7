import { sql } from 'kysely';
import { expect, onTestFinished, test } from 'vitest';
import { emptyPostgresDatabase } from '../../../test/postgres-database.ts';
import { query } from '../../../test/postgres-query.ts';
import { finish, probe, runOnce, startedRun, targetInput } from '../../../test/samples.ts';
import { tempDatabase, tempFolder } from '../../../test/temp-database.ts';
import { createTarget, listKnownModels, listRunModels, openDatabase } from '../../index.ts';

async function openAt(databaseUrl: string) {
  const db = await openDatabase({ dataDir: await tempFolder(), databaseUrl, now: () => 1000 });
  onTestFinished(() => db.close());
  return db;
}

test("text is ordered byte by byte, regardless of the database's locale", async () => {
  const url = await emptyPostgresDatabase(`locale_provider icu icu_locale 'en'`);
  const [sorted] = await query(url, `select 'a' < 'B' as is_worded`);
  expect(sorted).toEqual({ is_worded: true });
  const db = await openAt(url);
  const { id } = await createTarget(db, targetInput(), 1);
  const names = ['a', 'B', '_', 'á', 'b'];
  await runOnce(
    db,
    id,
    10,
    names.map((model) => probe({ model })),
  );
  const models = (await listKnownModels(db, id)).map(({ model }) => model);
  expect(models).toEqual(['B', '_', 'a', 'b', 'á']);
});

test('integers are as wide as in SQLite and are read as numbers, like sums and counts', async () => {
  const { kysely } = await tempDatabase();
  const large = 2 ** 40 + 1;
  await kysely
    .insertInto('app_settings')
    .values({ key: 'a', value: 'b', updated_at: 1.25 })
    .execute();
  const { rows } = await sql`select ${large}::bigint as one, sum(${large}::bigint) as sum,
    count(*) as count, max(updated_at) as time from app_settings where key = 'a'`.execute(kysely);
  expect(rows).toEqual([{ one: large, sum: large, count: 1, time: 1.25 }]);
});

test('a NUL, which Postgres cannot store, is replaced by a replacement character', async () => {
  const db = await tempDatabase();
  const { id } = await createTarget(db, targetInput(), 1);
  const run = await startedRun(db, id, 10);
  await finish(db, run, [probe({ content: 'a\0b', error: '\0' })]);
  const [row] = await listRunModels(db, { target_id: id, limit: 1 });
  expect(row).toMatchObject({ content: 'a\ufffdb', error: '\ufffd' });
});

test('tables with the same names in another schema are ignored', async () => {
  const url = await emptyPostgresDatabase();
  await query(
    url,
    'create schema other; create table other.targets (id int); create table other.kysely_migration (x int)',
  );
  const db = await openAt(url);
  await createTarget(db, targetInput(), 1);
  expect(await query(url, 'select * from other.targets')).toEqual([]);
});

test('of two hosts that start at once with different keys, only one succeeds', async () => {
  const url = await emptyPostgresDatabase();
  const starts = await Promise.allSettled([openAt(url), openAt(url)]);
  expect(starts.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(starts.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: {
      code: 'encryption_key_mismatch',
      message: expect.stringMatching(/every host needs the same/),
    },
  });
});
