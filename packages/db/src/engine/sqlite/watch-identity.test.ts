import { copyFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openIn, tempFolder } from '../../../test/temp-database.ts';
import { pingDatabase } from '../../index.ts';

const gone = { code: 'unavailable', message: expect.stringMatching(/deleted or replaced/) };

test('a file that was deleted under the open database is noticed', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  await rm(join(dataDir, 'registry.db'));
  await expect(pingDatabase(db)).rejects.toMatchObject(gone);
});

test('a file that was replaced by another is noticed', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  await copyFile(join(dataDir, 'registry.db'), join(dataDir, 'copy.db'));
  await rename(join(dataDir, 'copy.db'), join(dataDir, 'registry.db'));
  await expect(pingDatabase(db)).rejects.toMatchObject(gone);
});

test('a write-ahead log that was deleted is noticed', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  await rm(join(dataDir, 'registry.db-wal'));
  await expect(pingDatabase(db)).rejects.toMatchObject(gone);
});

test('a database behind a symbolic link is watched where it really is', async () => {
  const [dataDir, elsewhere] = [await tempFolder(), await tempFolder()];
  await symlink(join(elsewhere, 'real.db'), join(dataDir, 'registry.db'));
  const db = await openIn(dataDir);
  await expect(pingDatabase(db)).resolves.toBeUndefined();
  expect((await stat(join(elsewhere, 'real.db'))).mode & 0o777).toBe(0o600);
  await rm(join(elsewhere, 'real.db-wal'));
  await expect(pingDatabase(db)).rejects.toMatchObject(gone);
});
