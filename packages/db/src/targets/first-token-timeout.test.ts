import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openIn, openUnmigrated, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import { getTarget, updateTarget } from '../index.ts';

test('a channel of the version before waits automatically for the first token', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0012-gateway-objects');
  await sql`insert into targets (name, base_url, api_key, timeout_s, created_at, updated_at)
    values ('a', 'https://a.example', 'sealed', 45, 5, 5)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await getTarget(db, 1)).toMatchObject({ timeout_s: 45, first_token_timeout_s: 0 });
  await updateTarget(db, 1, { first_token_timeout_s: 2.5 }, 6);
  expect(await getTarget(db, 1)).toMatchObject({ first_token_timeout_s: 2.5 });
});
