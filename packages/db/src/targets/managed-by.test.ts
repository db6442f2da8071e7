import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { targetInput } from '../../test/samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import { createTarget, getTarget, updateTarget } from '../index.ts';

test('no channel of the version before is managed by code', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0017-transport');
  await sql`insert into targets (name, base_url, api_key, created_at, updated_at)
    values ('a', 'https://a.example', 'sealed', 5, 5)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await getTarget(db, 1)).toMatchObject({ name: 'a', managed_by: null });
});

test('code marks a channel when it adds or changes it, and takes the mark away', async () => {
  const db = await tempDatabase();
  const target = await createTarget(db, { ...targetInput(), managed_by: 'channels/a.yaml' }, 1);
  expect(target.managed_by).toBe('channels/a.yaml');
  const moved = await updateTarget(db, target.id, { managed_by: 'channels/b.yaml' }, 2);
  expect(moved?.managed_by).toBe('channels/b.yaml');
  expect((await updateTarget(db, target.id, { managed_by: null }, 3))?.managed_by).toBeNull();
  expect((await createTarget(db, targetInput({ name: 'b' }), 1)).managed_by).toBeNull();
});
