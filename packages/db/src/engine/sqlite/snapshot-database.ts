import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@api-monitor/core';
import Sqlite from 'better-sqlite3';
import { sql } from 'kysely';
import type { Database } from '../database.ts';
import { isPostgres } from '../dialect.ts';
import { pagesPerTurn, removeSessions } from './remove-sessions.ts';

/** A consistent copy of the database without sessions. Its file has no name any more, so closing it frees the disk. */
export interface Snapshot {
  file: FileHandle;
  bytes: number;
}

const folderName = 'tmp';
const namePattern = /^snapshot-[0-9a-f]{16}\.db/;
/** No process is still writing a file of this age. */
const abandonedMs = 3_600_000;
const spareBytes = 16 * 1024 ** 2;

/**
 * Copies the database as it is now, without the sessions of admins; writes that happen meanwhile, in any
 * process, aren't in the copy. Throws AppError `not_supported` on Postgres and `unavailable` if the disk
 * has no room for it.
 */
export async function snapshotDatabase(db: Database, signal: AbortSignal): Promise<Snapshot> {
  if (isPostgres(db.kysely)) {
    throw new AppError('not_supported', 'the database is a Postgres: back it up with pg_dump');
  }
  const source = await fileOf(db);
  const folder = await prepareFolder(dirname(source));
  await assertRoom(source, folder);
  const path = join(folder, `snapshot-${randomBytes(8).toString('hex')}.db`);
  try {
    await (await open(path, 'wx', 0o600)).close();
    await copy(source, path, signal);
    await removeSessions(path, signal);
    const file = await open(path, 'r');
    return { file, bytes: (await file.stat()).size };
  } finally {
    await rm(path, { force: true });
  }
}

/**
 * The read transaction keeps the state of this moment. Without it, the copy would start again whenever
 * another process writes (https://www.sqlite.org/c3ref/backup_finish.html).
 */
async function copy(source: string, path: string, signal: AbortSignal): Promise<void> {
  const reader = new Sqlite(source, { readonly: true, timeout: 5_000 });
  try {
    reader.exec('begin');
    reader.prepare('select count(*) from sqlite_schema').get();
    await reader.backup(path, {
      progress() {
        signal.throwIfAborted();
        return pagesPerTurn;
      },
    });
  } finally {
    reader.close();
  }
}

async function fileOf(db: Database): Promise<string> {
  const { rows } = await sql<{
    file: string;
  }>`select file from pragma_database_list where name = 'main'`.execute(db.kysely);
  const file = rows[0]?.file;
  if (file) return file;
  throw new AppError('not_supported', 'the database has no file');
}

async function assertRoom(source: string, folder: string): Promise<void> {
  const needed = (await stat(source)).size + spareBytes;
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= needed) return;
  const megabytes = Math.ceil(needed / 1024 ** 2);
  throw new AppError('unavailable', `a backup needs ${megabytes} MB of free disk in DATA_DIR`);
}

async function prepareFolder(dataDir: string): Promise<string> {
  const folder = join(dataDir, folderName);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await removeAbandoned(folder);
    return folder;
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? cause.code : cause;
    const message = `a backup needs the folder ${folderName} in DATA_DIR, which cannot be used (${code})`;
    throw new AppError('unavailable', message, { cause });
  }
}

/** Removes what crashes left behind. */
async function removeAbandoned(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => namePattern.test(name));
  for (const path of names.map((name) => join(folder, name))) {
    const age = await stat(path).then(
      ({ mtimeMs }) => Date.now() - mtimeMs,
      () => 0,
    );
    if (age > abandonedMs) await rm(path, { force: true });
  }
}
