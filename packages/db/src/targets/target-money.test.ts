import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { openIn, openUnmigrated, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import { getTarget, updateTarget } from '../index.ts';

test('a channel of the version before charges the list price', async () => {
  const dataDir = await tempFolder();
  const before = await openUnmigrated(dataDir);
  await (await createMigrator(before, 1)).migrateTo('0026-status-tags');
  await sql`insert into targets (name, base_url, api_key, created_at, updated_at)
    values ('a', 'https://a.example', 'sealed', 5, 5)`.execute(before);
  await before.destroy();
  const db = await openIn(dataDir);
  expect(await getTarget(db, 1)).toMatchObject({
    ...{ price_multiplier: 1, unit_cost: 1, prices: [] },
    ...{ balance_interval_min: 30, ask_usage: false },
  });
  const patch = { price_multiplier: 0.35, unit_cost: 0.14, balance_interval_min: 0 };
  const lists = { prices: ['gpt-* = input 1, output 2'], ask_usage: true };
  await updateTarget(db, 1, { ...patch, ...lists }, 6);
  expect(await getTarget(db, 1)).toMatchObject({ ...patch, ...lists });
});
