import { expect, test } from 'vitest';
import { openTestApi } from './open-test-api.ts';

test("on Postgres a backup is pg_dump's business, and the answer says so", async () => {
  const { asSession } = await openTestApi();
  const { status, json } = await asSession('GET', '/api/admin/backup');
  expect([status, json.detail]).toEqual([501, expect.stringContaining('pg_dump')]);
});
