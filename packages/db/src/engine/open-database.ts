import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@api-monitor/core';
import { type KeyOptions, unlockDatabase } from '../secrets/unlock-database.ts';
import { checkWrites } from './check-writes.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { claimFolder, type FolderUse } from './sqlite/claim-folder.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import { watchIdentity } from './sqlite/watch-identity.ts';

export const databaseFileName = 'registry.db';

const defaultPoolSize = 10;

/** `dataDir` is created if it is missing. */
export interface OpenDatabaseOptions extends KeyOptions {
  /** The text of `DATABASE_URL`, a Postgres; absent or empty: SQLite in the data folder. */
  databaseUrl?: string | undefined;
  /** The most connections to Postgres. */
  poolSize?: number | undefined;
  /** Claims the data folder until the database is closed; absent: opens it even if others use it. */
  use?: FolderUse | undefined;
}

export interface OpenedDatabase extends Database {
  close(): Promise<void>;
}

/**
 * Opens, migrates and unlocks the database, including one of the older tool. Several processes may do so
 * at once. Throws AppError `encryption_key_mismatch` for a wrong or lost key, `invalid_input` for an
 * `encryptionKey` that is too short, `unavailable` for a Postgres that can't be reached, and `conflict`
 * if another program uses the folder and `use` doesn't allow that.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  // An existing folder keeps the mode that the user gave it.
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  const release = await claim(options);
  try {
    const { close, ...db } = await openUnclaimed(options);
    return { ...db, close: () => close().finally(release) };
  } catch (error) {
    release();
    throw error;
  }
}

async function claim({ dataDir, databaseUrl, use }: OpenDatabaseOptions): Promise<() => void> {
  if (!use) return () => {};
  return claimFolder(dataDir, use).catch((error: unknown) => {
    // With a Postgres, a folder that can't be written only means that there are no logs.
    if (databaseUrl && !(error instanceof AppError)) return () => {};
    throw error;
  });
}

async function openUnclaimed(options: OpenDatabaseOptions): Promise<OpenedDatabase> {
  const { kysely, folder, isInPlace } = await openStore(options);
  try {
    const secretBox = await unlockDatabase(kysely, options);
    const writeFault = checkWrites({ kysely, folder, now: options.now });
    return { kysely, secretBox, isInPlace, writeFault, close: () => kysely.destroy() };
  } catch (error) {
    await kysely.destroy();
    throw error;
  }
}

async function openStore({ dataDir, databaseUrl, poolSize, now }: OpenDatabaseOptions) {
  const url = databaseUrl?.trim();
  if (url) {
    const kysely = await openPostgres({ url, size: poolSize ?? defaultPoolSize }, now());
    return { kysely, folder: null, isInPlace: async () => true };
  }
  const path = join(dataDir, databaseFileName);
  const kysely = await openSqlite(path, now());
  return { kysely, folder: dataDir, isInPlace: await watchIdentity(path) };
}
