import { expect, test } from 'vitest';
import { tempDatabase } from '../../test/temp-database.ts';
import { pingDatabase } from '../index.ts';

test('an open database answers', async () => {
  await expect(pingDatabase(await tempDatabase())).resolves.toBeUndefined();
});

test('a closed database is unavailable', async () => {
  const db = await tempDatabase();
  await db.close();
  await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'unavailable' });
});

test('a table that cannot be read makes the database unavailable', async () => {
  const db = await tempDatabase();
  await db.kysely.schema.dropTable('run_models').execute();
  await db.kysely.schema.dropTable('runs').execute();
  await expect(pingDatabase(db)).rejects.toMatchObject({ code: 'unavailable' });
});

test('whether writes succeed is tried again after ten seconds, and after the clock is set back', async () => {
  const clock = { now: 1000 };
  const db = await tempDatabase({ now: () => clock.now });
  expect(await db.writeFault()).toBe(null);
  await db.close();
  clock.now = 1009;
  expect(await db.writeFault()).toBe(null);
  clock.now = 1010;
  expect(await db.writeFault()).toBe('the database refuses writes');
  const other = await tempDatabase({ now: () => clock.now });
  expect(await other.writeFault()).toBe(null);
  await other.close();
  clock.now = 5;
  expect(await other.writeFault()).toBe('the database refuses writes');
});
