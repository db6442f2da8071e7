import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from '../../../test/temp-database.ts';
import { openDatabase } from '../../index.ts';
import { claimFolder, type FolderUse } from './claim-folder.ts';

const inUse = {
  code: 'conflict',
  message: expect.stringMatching(/^DATA_DIR: another API Monitor/),
};

test.each<[FolderUse, FolderUse]>([
  ['alone', 'alone'],
  ['alone', 'shared'],
  ['shared', 'alone'],
])('a folder that is used %s is refused to a program that wants it %s', async (first, second) => {
  const folder = await tempFolder();
  const release = await claimFolder(folder, first);
  await expect(claimFolder(folder, second)).rejects.toMatchObject(inUse);
  release();
  (await claimFolder(folder, second))();
});

test('many programs may share a folder; when all have stopped, one may use it alone', async () => {
  const folder = await tempFolder();
  const releases = await Promise.all([1, 2, 3].map(() => claimFolder(folder, 'shared')));
  for (const release of releases) {
    await expect(claimFolder(folder, 'alone')).rejects.toMatchObject(inUse);
    release();
  }
  (await claimFolder(folder, 'alone'))();
});

test('the claim of a database ends when it is closed or cannot be opened', async () => {
  const dataDir = await tempFolder();
  const options = { dataDir, now: () => 1000, use: 'alone' } as const;
  const db = await openDatabase(options);
  await expect(openDatabase(options)).rejects.toMatchObject(inUse);
  // A program that is called by hand claims nothing.
  await (await openDatabase({ dataDir, now: () => 1000 })).close();
  await db.close();
  const wrongKey = { ...options, encryptionKey: 'another passphrase of some length' };
  await expect(openDatabase(wrongKey)).rejects.toMatchObject({ code: 'encryption_key_mismatch' });
  const again = await openDatabase(options);
  onTestFinished(() => again.close());
});

test.each<FolderUse>(['alone', 'shared'])('a claim (%s) writes nothing', async (use) => {
  const folder = await tempFolder();
  const release = await claimFolder(folder, use);
  expect(await readdir(folder)).toEqual(['instance.lock']);
  expect((await stat(join(folder, 'instance.lock'))).size).toBe(0);
  release();
});

test('the lock file is private, and a foreign file in its place is an error that names it', async () => {
  const folder = await tempFolder();
  const path = join(folder, 'instance.lock');
  (await claimFolder(folder, 'alone'))();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await writeFile(path, 'this is not an SQLite database, and long enough to be read'.repeat(100));
  await expect(claimFolder(folder, 'alone')).rejects.toMatchObject({
    message: expect.stringContaining('instance.lock'),
  });
});
