import { expect, test } from 'vitest';
import { openTestApi } from './open-test-api.ts';

test('on Postgres the answer to a backup refers to pg_dump', async () => {
  const { asSession } = await openTestApi();
  const { status, json } = await asSession('GET', '/api/admin/backup');
  expect([status, json.detail]).toEqual([501, expect.stringContaining('pg_dump')]);
});
