import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { OpenDatabaseOptions } from '../engine/open-database.ts';
import type { Schema } from '../schema.ts';
import { createKeyFile, deriveEncryptionKey, hasKeyFile, readKeyFile } from './encryption-key.ts';
import {
  hasSealedSecrets,
  type KeySource,
  keyMismatch,
  proveEncryptionKey,
} from './prove-encryption-key.ts';
import { createSecretBox, type SecretBox } from './secret-box.ts';

type KeyOptions = Pick<OpenDatabaseOptions, 'dataDir' | 'encryptionKey' | 'now'>;

/**
 * What opens the secrets of this database, after it was proved to open them all. Throws AppError
 * `encryption_key_mismatch` for a wrong or lost key and `invalid_input` for one that is too short.
 */
export async function unlockDatabase(
  kysely: Kysely<Schema>,
  options: KeyOptions,
): Promise<SecretBox> {
  const { key, source } = await resolveKey(kysely, options);
  const secretBox = createSecretBox({ key, randomBytes });
  await proveEncryptionKey({ kysely, secretBox }, source, options.now());
  return secretBox;
}

async function resolveKey(
  kysely: Kysely<Schema>,
  { dataDir, encryptionKey }: KeyOptions,
): Promise<{ key: Buffer; source: KeySource }> {
  if (encryptionKey?.trim()) {
    const source = (await hasKeyFile(dataDir)) ? 'variable_beside_file' : 'variable';
    return { key: await deriveEncryptionKey(encryptionKey), source };
  }
  // Asked before the file is: whoever seals first has made the file by then.
  const isSealed = await hasSealedSecrets(kysely);
  const key = await readKeyFile(dataDir);
  if (!key && isSealed) throw keyMismatch(kysely, 'lost');
  return { key: key ?? (await createKeyFile(dataDir)), source: 'file' };
}
