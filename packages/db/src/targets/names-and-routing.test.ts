import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openIn, openUnmigrated, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import { getTarget, updateTarget } from '../index.ts';

test('a channel of the version before has its own names and no say in routing', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0017-transport');
  await sql`insert into targets (name, base_url, api_key, headers, created_at, updated_at)
    values ('a', 'https://a.example', 'sealed', '["X-A: b"]', 5, 5)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await getTarget(db, 1)).toMatchObject({
    ...{ headers: ['X-A: b'], exclude: [], model_aliases: [], tags: [], body_overrides: [] },
    ...{ paths: [], priority: 0, weight: 1, max_concurrency: 0, min_gap_ms: 0 },
  });
  const patch = { model_aliases: ['a = b'], tags: ['免费'], priority: -3, weight: 7 };
  await updateTarget(db, 1, patch, 6);
  expect(await getTarget(db, 1)).toMatchObject(patch);
});
