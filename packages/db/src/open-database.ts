import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import type { Database } from './database.ts';
import { createDialect } from './dialect.ts';
import { createKeyFile, deriveEncryptionKey, readKeyFile } from './encryption-key.ts';
import { migrate } from './migrate.ts';
import { hasSealedSecrets, keyMismatch, proveEncryptionKey } from './prove-encryption-key.ts';
import type { Schema } from './schema.ts';
import { createSecretBox } from './secret-box.ts';

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
  await mkdir(options.dataDir, { recursive: true });
  const dialect = createDialect(join(options.dataDir, databaseFileName));
  const kysely = new Kysely<Schema>({ dialect });
  try {
    await migrate(kysely, options.now());
    const key = await resolveKey(kysely, options);
    const db: Database = { kysely, secretBox: createSecretBox({ key, randomBytes }) };
    await proveEncryptionKey(db, options.now());
    return { ...db, close: () => kysely.destroy() };
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}

async function resolveKey(kysely: Kysely<Schema>, options: OpenDatabaseOptions): Promise<Buffer> {
  if (options.encryptionKey?.trim()) return deriveEncryptionKey(options.encryptionKey);
  // Asked before the file is: whoever seals first has made the file by then.
  const isSealed = await hasSealedSecrets(kysely);
  const key = await readKeyFile(options.dataDir);
  if (key) return key;
  if (isSealed) throw keyMismatch('lost');
  return createKeyFile(options.dataDir);
}
