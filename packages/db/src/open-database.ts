import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { createDialect } from './dialect.ts';
import { createKeyFile, deriveEncryptionKey, hasKeyFile, readKeyFile } from './encryption-key.ts';
import { migrate } from './migrate.ts';
import {
  hasSealedSecrets,
  type KeySource,
  keyMismatch,
  proveEncryptionKey,
} from './prove-encryption-key.ts';
import type { Schema } from './schema.ts';
import { createSecretBox } from './secret-box.ts';
import { watchIdentity } from './watch-identity.ts';

export const databaseFileName = 'registry.db';

export interface OpenDatabaseOptions {
  /** The folder of `registry.db` and, without an `encryptionKey`, of `encryption.key`; made if missing. */
  dataDir: string;
  /** The text of `ENCRYPTION_KEY`; absent or empty: the key file, made at the first start. */
  encryptionKey?: string | undefined;
  /** Unix seconds. */
  now: () => number;
}

export interface OpenedDatabase extends Database {
  close(): Promise<void>;
}

/**
 * Opens, migrates and unlocks the database, that of the older tool included. Several processes may
 * do so at once. Throws AppError `encryption_key_mismatch` for a wrong or lost key and
 * `invalid_input` for an `encryptionKey` that is too short.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  // A folder that stands already keeps its mode: it is the user's.
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const path = join(options.dataDir, databaseFileName);
  const kysely = new Kysely<Schema>({ dialect: createDialect(path) });
  try {
    const isInPlace = await watchIdentity(path);
    await migrate(kysely, options.now());
    const { key, source } = await resolveKey(kysely, options);
    const secretBox = createSecretBox({ key, randomBytes });
    const db: Database = { kysely, secretBox, isInPlace };
    await proveEncryptionKey(db, source, options.now());
    return { ...db, close: () => kysely.destroy() };
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}

async function resolveKey(
  kysely: Kysely<Schema>,
  { dataDir, encryptionKey }: OpenDatabaseOptions,
): Promise<{ key: Buffer; source: KeySource }> {
  if (encryptionKey?.trim()) {
    const source = (await hasKeyFile(dataDir)) ? 'variable_beside_file' : 'variable';
    return { key: await deriveEncryptionKey(encryptionKey), source };
  }
  // Asked before the file is: whoever seals first has made the file by then.
  const isSealed = await hasSealedSecrets(kysely);
  const key = await readKeyFile(dataDir);
  if (!key && isSealed) throw keyMismatch('lost');
  return { key: key ?? (await createKeyFile(dataDir)), source: 'file' };
}
