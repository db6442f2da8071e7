import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { onTestFinished } from 'vitest';
import { createPostgresDialect } from '../src/engine/postgres/postgres-dialect.ts';
import { createSqliteDialect } from '../src/engine/sqlite/open-sqlite.ts';
import { type OpenedDatabase, openDatabase } from '../src/index.ts';
import type { Schema } from '../src/schema.ts';
import { emptyPostgresDatabase, isOnPostgres, postgresDatabase } from './postgres-database.ts';

/** A folder for the running test, deleted when the test ends. */
export async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-db-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface Options {
  encryptionKey?: string;
  /** The default is the time 1000. */
  now?: () => number;
}

/** A new real database on either engine, closed and deleted when the test ends. */
export async function tempDatabase(options: Options = {}): Promise<OpenedDatabase> {
  return openAt(await tempFolder(), options);
}

/** The databases on Postgres by their data folder. */
const urls = new Map<string, string>();

/** The address of the database that `openIn` opened for a folder; undefined on SQLite. */
export function urlIn(dataDir: string): string | undefined {
  return urls.get(dataDir);
}

/** Opens the database of a folder at the time 1000: the one in it, or its own on Postgres. */
export async function openIn(dataDir: string, encryptionKey?: string): Promise<OpenedDatabase> {
  return openAt(dataDir, encryptionKey === undefined ? {} : { encryptionKey });
}

async function openAt(dataDir: string, options: Options): Promise<OpenedDatabase> {
  if (isOnPostgres() && !urls.has(dataDir)) urls.set(dataDir, await postgresDatabase());
  const databaseUrl = urls.get(dataDir);
  const db = await openDatabase({ dataDir, databaseUrl, now: () => 1000, ...options });
  onTestFinished(() => db.close());
  return db;
}

/** The address of the folder's empty database; undefined on SQLite, where the file doesn't exist yet. */
export async function emptyUrlOf(dataDir: string): Promise<string | undefined> {
  if (isOnPostgres()) urls.set(dataDir, await emptyPostgresDatabase());
  return urls.get(dataDir);
}

/** The folder's database before its first migration. */
export async function openUnmigrated(dataDir: string): Promise<Kysely<Schema>> {
  const url = await emptyUrlOf(dataDir);
  const dialect = url
    ? createPostgresDialect({ url, size: 2, statementTimeoutMs: 10_000 })
    : createSqliteDialect(join(dataDir, 'registry.db'));
  const kysely = new Kysely<Schema>({ dialect });
  onTestFinished(() => kysely.destroy());
  return kysely;
}
