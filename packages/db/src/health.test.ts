import { expect, test } from 'vitest';
import { tempDatabase } from '../test/temp-database.ts';
import { pingDatabase } from './index.ts';

test('an open database answers', async () => {
  await expect(pingDatabase(await tempDatabase())).resolves.toBeUndefined();
});

test('a closed one is unavailable', async () => {
  const db = await tempDatabase();
  await db.close();
  await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a table that cannot be read makes it unavailable', async () => {
  const db = await tempDatabase();
  await db.kysely.schema.dropTable('run_models').execute();
  await db.kysely.schema.dropTable('runs').execute();
  await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'unavailable' });
});
