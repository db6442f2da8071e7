import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import { type KeyOptions, unlockDatabase } from '../secrets/unlock-database.ts';
import type { Database } from './database.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { claimFolder, type FolderUse } from './sqlite/claim-folder.ts';
import { databaseFileName } from './sqlite/database-file.ts';
import { convertSmallFile } from './sqlite/free-pages.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import { watchIdentity } from './sqlite/watch-identity.ts';
import { describeStorageFault } from './storage-fault.ts';

const defaultPoolSize = 10;
const writeCheckPeriodS = 10;
/** As much as a large run writes at its end. */
const trialBytes = 256 * 1024;

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

async function openStore({ dataDir, databaseUrl, poolSize, use, now }: OpenDatabaseOptions) {
  const url = databaseUrl?.trim();
  if (url) {
    const kysely = await openPostgres({ url, size: poolSize ?? defaultPoolSize }, now());
    return { kysely, folder: null, isInPlace: async () => true };
  }
  const path = join(dataDir, databaseFileName);
  // Programs that are called by hand leave this to the monitor.
  if (use) await convertSmallFile(path);
  const kysely = await openSqlite(path, now());
  return { kysely, folder: dataDir, isInPlace: await watchIdentity(path) };
}

interface WriteCheck {
  kysely: Kysely<Schema>;
  /** The folder of the database; null if the database is on another machine. */
  folder: string | null;
  /** Unix seconds. */
  now: () => number;
}

/**
 * The returned function says why the database refuses writes now; null if it accepts them. It tries a
 * write at most every ten seconds and returns the last result in between.
 */
function checkWrites({ kysely, folder, now }: WriteCheck): () => Promise<string | null> {
  let triedAtS = Number.NEGATIVE_INFINITY;
  let result: Promise<string | null> = Promise.resolve(null);
  return () => {
    const nowS = now();
    // Absolute, because the clock may have been set back.
    if (Math.abs(nowS - triedAtS) >= writeCheckPeriodS) {
      triedAtS = nowS;
      result = tryToWrite(kysely, folder, nowS).then(() => null, sentenceOf);
    }
    return result;
  };
}

async function tryToWrite(
  kysely: Kysely<Schema>,
  folder: string | null,
  updated_at: number,
): Promise<void> {
  // A small write fits into the write-ahead log of SQLite long after its disk is full.
  if (folder !== null) await tryFile(join(folder, 'write-check.tmp'));
  await kysely
    .insertInto('app_settings')
    .values({ key: 'write_check', value: '', updated_at })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ updated_at }))
    .execute();
}

/** Random data, because zeros take no space on some file systems. */
async function tryFile(path: string): Promise<void> {
  try {
    await writeFile(path, randomBytes(trialBytes), { mode: 0o600 });
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}

function sentenceOf(error: unknown): string {
  const storage = describeStorageFault(error);
  if (storage !== null) return storage;
  return error instanceof AppError ? error.message : 'the database refuses writes';
}
