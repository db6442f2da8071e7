import { chmod, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openInProcess } from '../../test/open-in-process.ts';
import { targetInput } from '../../test/samples.ts';
import { emptyUrlOf, openIn, tempFolder } from '../../test/temp-database.ts';
import { createTarget, listTargets, openApiKey } from '../index.ts';

const mismatch = { code: 'encryption_key_mismatch' };
const passphrase = 'a passphrase of some length';

test('stored data is there after a restart', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir);
  const target = await createTarget(db, targetInput(), 5);
  await db.close();
  const again = await openIn(dataDir);
  expect(await listTargets(again)).toEqual([target]);
  expect(openApiKey(again, target)).toBe('sk-relay-0123456789');
});

test('a given key is used instead of a key file', async () => {
  const dataDir = await tempFolder();
  const db = await openIn(dataDir, passphrase);
  const target = await createTarget(db, targetInput(), 5);
  await db.close();
  const again = await openIn(dataDir, passphrase);
  expect(openApiKey(again, target)).toBe('sk-relay-0123456789');
});

test('a wrong key is refused, and the error says what to do', async () => {
  const dataDir = await tempFolder();
  await (await openIn(dataDir, passphrase)).close();
  await expect(openIn(dataDir, 'another passphrase of some length')).rejects.toMatchObject({
    ...mismatch,
    message: expect.stringMatching(/encrypted with another key.*set ENCRYPTION_KEY as it was/s),
  });
  await openIn(dataDir, passphrase);
});

test('if a key is given although there is a key file, the error says which of the two to use', async () => {
  const dataDir = await tempFolder();
  await (await openIn(dataDir)).close();
  await expect(openIn(dataDir, passphrase)).rejects.toMatchObject({
    ...mismatch,
    message: expect.stringMatching(
      /: unset ENCRYPTION_KEY, or set it to the content of encryption\.key( |;)/,
    ),
  });
  await openIn(dataDir, (await readFile(join(dataDir, 'encryption.key'), 'utf8')).trim());
});

test('a folder that the user created keeps its mode', async () => {
  const dataDir = await tempFolder();
  await chmod(dataDir, 0o755);
  await openIn(dataDir);
  expect((await stat(dataDir)).mode & 0o777).toBe(0o755);
});

test('a lost key file is an error, and no new one is created', async () => {
  const dataDir = await tempFolder();
  await (await openIn(dataDir)).close();
  await rm(join(dataDir, 'encryption.key'));
  const refused = { ...mismatch, message: expect.stringMatching(/holds no encryption\.key/) };
  await expect(openIn(dataDir)).rejects.toMatchObject(refused);
  await expect(openIn(dataDir)).rejects.toMatchObject(refused);
});

test('sealed keys without a canary are refused too, and never sealed twice', async () => {
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

test('processes that start at once in an empty folder agree on schema and key', async () => {
  const dataDir = await tempFolder();
  const url = await emptyUrlOf(dataDir);
  const opened = await Promise.all(Array.from({ length: 4 }, () => openInProcess(dataDir, url)));
  const db = await openIn(dataDir);
  expect(opened.map(({ sealed }) => db.secretBox.open(sealed, 'test'))).toEqual(
    Array(4).fill('hello'),
  );
});
