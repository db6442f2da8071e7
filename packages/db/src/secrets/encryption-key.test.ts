import { readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tempFolder } from '../../test/temp-database.ts';
import {
  createKeyFile,
  deriveEncryptionKey,
  faultOfEncryptionKey,
  readKeyFile,
} from './encryption-key.ts';

const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => index * 7));

test.each(['base64', 'base64url', 'hex'] as const)('takes 32 bytes as %s', async (encoding) => {
  expect(await deriveEncryptionKey(` ${bytes.toString(encoding)}\n`)).toEqual(bytes);
});

test('stretches a passphrase, always to the same key', async () => {
  const key = await deriveEncryptionKey('correct horse battery');
  expect(key.toString('hex')).toBe(
    (await deriveEncryptionKey('correct horse battery')).toString('hex'),
  );
  expect(key).toHaveLength(32);
  expect(key).not.toEqual(await deriveEncryptionKey('correct horse batterz'));
});

test('refuses a short passphrase and says what is allowed', async () => {
  await expect(deriveEncryptionKey('fifteen letters')).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/^ENCRYPTION_KEY is too short: give 32 bytes/),
  });
});

test('the form of a key is checked without deriving the key', () => {
  expect(faultOfEncryptionKey('fifteen letters')).toMatch(/^is too short: give 32 bytes/);
  expect(faultOfEncryptionKey(' sixteen letters ')).toMatch(/^is too short/);
  expect(faultOfEncryptionKey('sixteen letters!')).toBeNull();
  expect(faultOfEncryptionKey(bytes.toString('base64'))).toBeNull();
});

test('creates a key file that only its owner may read, and leaves no draft', async () => {
  const folder = await tempFolder();
  const key = await createKeyFile(folder);
  expect(key).toHaveLength(32);
  expect((await stat(join(folder, 'encryption.key'))).mode & 0o777).toBe(0o600);
  expect(await readdir(folder)).toEqual(['encryption.key']);
});

test('many processes that create the file at once agree on one key', async () => {
  const folder = await tempFolder();
  const keys = await Promise.all(Array.from({ length: 8 }, () => createKeyFile(folder)));
  expect(new Set(keys.map((key) => key.toString('hex'))).size).toBe(1);
  expect(await readdir(folder)).toEqual(['encryption.key']);
});

test('a folder without a key file has no key', async () => {
  expect(await readKeyFile(await tempFolder())).toBeNull();
});

test('a damaged key file is refused', async () => {
  const folder = await tempFolder();
  await writeFile(join(folder, 'encryption.key'), 'half a k');
  await expect(readKeyFile(folder)).rejects.toMatchObject({ code: 'encryption_key_mismatch' });
});
