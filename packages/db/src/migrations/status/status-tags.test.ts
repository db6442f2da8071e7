import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { targetInput } from '../../../test/samples.ts';
import { openIn, openUnmigrated, tempFolder } from '../../../test/temp-database.ts';
import { createMigrator } from '../../engine/migrate.ts';
import { createTarget, listStatusItems, replaceStatusItems } from '../../index.ts';

test('lines from before have no tag, stay in their order, and can be given one', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0025-list-news');
  await sql`
    insert into status_items (slug, name, target_id, model, sort_order)
    values ('four', 'Four', null, 'gpt-4o', 1), ('o3', 'O3', null, 'o3', 0)`.execute(earlier);
  await earlier.destroy();
  const db = await openIn(dataDir);
  const lines = await listStatusItems(db);
  expect(lines).toMatchObject([
    { slug: 'o3', name: 'O3', target_id: null, tag: null, model: 'o3' },
    { slug: 'four', name: 'Four', target_id: null, tag: null, model: 'gpt-4o' },
  ]);
  await createTarget(db, targetInput({ name: 'one' }), 1);
  const own = { slug: 'one', name: 'One', target_id: 1, tag: null, model: null };
  const tagged = { slug: 'fast', name: 'Fast', target_id: null, tag: 'fast', model: null };
  await replaceStatusItems(db, [...lines.map(({ id: _id, ...line }) => line), own, tagged]);
  expect((await listStatusItems(db)).slice(2)).toMatchObject([own, tagged]);
});
