import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { writeOldDatabase } from '../../../test/old-database.ts';
import { openInProcess } from '../../../test/open-in-process.ts';
import { targetInput } from '../../../test/samples.ts';
import { openIn, tempDatabase, tempFolder } from '../../../test/temp-database.ts';
import { createTarget } from '../../index.ts';

test('the file is in WAL mode and enforces foreign keys', async () => {
  const db = await tempDatabase();
  const read = async (pragma: string) =>
    (await sql<Record<string, unknown>>`${sql.raw(`pragma ${pragma}`)}`.execute(db.kysely)).rows[0];
  expect(await read('journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(await read('foreign_keys')).toEqual({ foreign_keys: 1 });
  expect(await read('busy_timeout')).toEqual({ timeout: 0 });
  expect(await read('synchronous')).toEqual({ synchronous: 1 });
});

test('new files can be read by their owner only', async () => {
  const dataDir = join(await tempFolder(), 'new');
  const db = await openIn(dataDir);
  await createTarget(db, targetInput(), 5);
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
  expect(await modeOf(dataDir)).toBe(0o700);
  for (const name of ['registry.db', 'registry.db-wal', 'registry.db-shm']) {
    expect([name, await modeOf(join(dataDir, name))]).toEqual([name, 0o600]);
  }
});

test('processes that start at once on an older folder migrate and seal it once', async () => {
  const dataDir = await tempFolder();
  writeOldDatabase(dataDir, 'oldest');
  const opened = await Promise.all(Array.from({ length: 3 }, () => openInProcess(dataDir)));
  expect(opened.map(({ keys }) => keys)).toEqual(
    Array(3).fill(['sk-one-in-the-clear', 'sk-two-in-the-clear']),
  );
});
