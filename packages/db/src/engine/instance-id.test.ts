import { expect, test } from 'vitest';
import { tempDatabase } from '../../test/temp-database.ts';
import { readInstanceId } from '../index.ts';

test('all callers get the same id, which never changes; another database has another id', async () => {
  const db = await tempDatabase();
  const ids = await Promise.all([1, 2, 3].map(() => readInstanceId(db, 5)));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  expect(await readInstanceId(db, 6)).toBe(ids[0]);
  expect(await readInstanceId(await tempDatabase(), 5)).not.toBe(ids[0]);
});
