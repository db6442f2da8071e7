import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { finish, probe, startedRun, targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import { createTarget, getTarget, readListNews, updateTarget } from '../index.ts';

async function withTarget() {
  const db = await tempDatabase();
  await createTarget(db, targetInput({ exclude: ['hidden-*'] }), 1);
  const list = async (at: number, listed_models: string[]) => {
    const run = await startedRun(db, 1, at);
    await finish(db, run, [probe()], { listed_models, nowS: at + 5 });
  };
  const news = async (from = 0) => (await readListNews(db, { target_ids: [1], from })).get(1);
  return { db, list, news };
}

test('models that come and go in a list are kept for a day, those left out aren’t', async () => {
  const { list, news } = await withTarget();
  await list(100, ['a', 'b', 'hidden-1']);
  expect(await news()).toBeUndefined();
  await list(200, ['models/b', 'c', 'hidden-2']);
  const first = [
    { kind: 'model_new', model: 'c', at: 205 },
    { kind: 'model_gone', model: 'a', at: 205 },
  ];
  expect(await news()).toEqual(first);
  await list(300, ['b', 'c', 'd']);
  expect(await news(300)).toEqual([{ kind: 'model_new', model: 'd', at: 305 }]);
  await list(90_000, ['b', 'c']);
  expect(await news()).toEqual([{ kind: 'model_gone', model: 'd', at: 90_005 }]);
});

test('the list of an edited channel, or an empty one, is no news', async () => {
  const { db, list, news } = await withTarget();
  await list(100, ['a']);
  await updateTarget(db, 1, { base_url: 'https://other.example' }, 150);
  await list(200, ['x']);
  await list(300, []);
  await list(400, ['x']);
  expect(await news()).toBeUndefined();
});

test('channels of the version before have no news', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0024-client-address');
  await sql`insert into targets (name, base_url, api_key, created_at, updated_at, listed_models)
    values ('old', 'https://old.example', 'sealed', 1, 1, '["a"]')`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await readListNews(db, { target_ids: [1], from: 0 })).toEqual(new Map());
  expect(await getTarget(db, 1)).toMatchObject({ name: 'old' });
});
