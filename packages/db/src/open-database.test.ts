import { execFile } from 'node:child_process';
import { chmod, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { writeOldDatabase } from '../test/old-database.ts';
import { targetInput } from '../test/samples.ts';
import { openIn, tempDatabase, tempFolder } from '../test/temp-database.ts';
import { createTarget, listTargets, openApiKey } from './index.ts';

const mismatch = { code: 'encryption_key_mismatch' };
const passphrase = 'a passphrase of some length';

test('the file is in WAL mode and enforces its keys', async () => {
  const db = await tempDatabase();
  const read = async (pragma: string) =>
    (await sql<Record<string, unknown>>`${sql.raw(`pragma ${pragma}`)}`.execute(db.kysely)).rows[0];
  expect(await read('journal_mode')).toEqual({ journal_mode: 'wal' });
  expect(await read('foreign_keys')).toEqual({ foreign_keys: 1 });
  expect(await read('busy_timeout')).toEqual({ timeout: 50 });
  expect(await read('synchronous')).toEqual({ synchronous: 1 });
});

test('what was stored is there after a restart', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  const target = await createTarget(db, targetInput(), 5);
  await db.close();
  const again = await openIn(dataDir);
  expect(await listTargets(again)).toEqual([target]);
  expect(openApiKey(again, target)).toBe('sk-relay-0123456789');
});

test('a given key is used instead of a file', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir, passphrase);
  const target = await createTarget(db, targetInput(), 5);
  await db.close();
  const again = await openIn(dataDir, passphrase);
  expect(openApiKey(again, target)).toBe('sk-relay-0123456789');
});

test('a wrong key is refused and says what to do', async () => {
  const dataDir = await tempFolder();
  await (await openIn(dataDir, passphrase)).close();
  await expect(openIn(dataDir, 'another passphrase of some length')).rejects.toMatchObject({
    ...mismatch,
    message: expect.stringMatching(/encrypted with another key.*set ENCRYPTION_KEY as it was/s),
  });
  await openIn(dataDir, passphrase);
});

test('a key that is given later, beside a key file, is told which of the two to use', async () => {
  const dataDir = await tempFolder();
  await (await openIn(dataDir)).close();
  await expect(openIn(dataDir, passphrase)).rejects.toMatchObject({
    ...mismatch,
    message: expect.stringMatching(
      /: unset ENCRYPTION_KEY, or set it to the content of encryption\.key;/,
    ),
  });
  await openIn(dataDir, (await readFile(join(dataDir, 'encryption.key'), 'utf8')).trim());
});

test('what is made belongs to its owner alone', async () => {
  const dataDir = join(await tempFolder(), 'new');
  const db = await openIn(dataDir);
  await createTarget(db, targetInput(), 5);
  const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
  expect(await modeOf(dataDir)).toBe(0o700);
  for (const name of ['registry.db', 'registry.db-wal', 'registry.db-shm']) {
    expect([name, await modeOf(join(dataDir, name))]).toEqual([name, 0o600]);
  }
});

test('a folder that the user made keeps its mode', async () => {
  const dataDir = await tempFolder();
  await chmod(dataDir, 0o755);
  await openIn(dataDir);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o755);
});

test('a lost key file is refused, and none is made in its place', async () => {
  const dataDir = await tempFolder();
  await (await openIn(dataDir)).close();
  await rm(join(dataDir, 'encryption.key'));
  const refused = { ...mismatch, message: expect.stringMatching(/holds no encryption\.key/) };
  await expect(openIn(dataDir)).rejects.toMatchObject(refused);
  await expect(openIn(dataDir)).rejects.toMatchObject(refused);
});

test('sealed keys without a canary are refused too, never sealed twice', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  const target = await createTarget(db, targetInput(), 5);
  await db.kysely.deleteFrom('app_settings').where('key', '=', 'encryption_canary').execute();
  await db.close();
  await expect(openIn(dataDir, passphrase)).rejects.toMatchObject(mismatch);
  const again = await openIn(dataDir);
  expect(await listTargets(again)).toEqual([target]);
});

test('a short key is refused', async () => {
  await expect(openIn(await tempFolder(), 'short')).rejects.toMatchObject({
    code: 'invalid_input',
  });
});

const openInChild = `
  const { openDatabase, listTargets, openApiKey } = await import(process.argv[1]);
  const db = await openDatabase({ dataDir: process.argv[2], now: () => 1000 });
  const sealed = db.secretBox.seal('hello', 'test');
  const keys = (await listTargets(db)).map((target) => openApiKey(db, target));
  await db.close();
  console.log(JSON.stringify({ sealed, keys }));
`;

async function openInProcess(dataDir: string): Promise<{ sealed: string; keys: string[] }> {
  const database = new URL('./index.ts', import.meta.url).href;
  const args = ['--input-type=module-typescript', '-e', openInChild, database, dataDir];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout);
}

test('processes that start at once on an empty folder agree on schema and key', async () => {
  const dataDir = await tempFolder();
  const opened = await Promise.all(Array.from({ length: 4 }, () => openInProcess(dataDir)));
  const db = await openIn(dataDir);
  expect(opened.map(({ sealed }) => db.secretBox.open(sealed, 'test'))).toEqual(
    Array(4).fill('hello'),
  );
});

test('processes that start at once on an older folder migrate and seal it once', async () => {
  const dataDir = await tempFolder();
  writeOldDatabase(dataDir, 'oldest');
  const opened = await Promise.all(Array.from({ length: 3 }, () => openInProcess(dataDir)));
  expect(opened.map(({ keys }) => keys)).toEqual(
    Array(3).fill(['sk-one-in-the-clear', 'sk-two-in-the-clear']),
  );
});
