import { join, resolve } from 'node:path';
import { AppError } from '@api-monitor/core';
import Sqlite from 'better-sqlite3';
import { assertReadWrite } from '../assert-read-write.ts';
import { createPrivateFile } from '../create-private-file.ts';

/** How a program uses a data folder: by itself, or beside others that share it. */
export type FolderUse = 'alone' | 'shared';

const lockFileName = 'instance.lock';
/** Two that start at once may be in each other's way for a moment. */
const patienceMs = 1_000;

/**
 * Claims a data folder until the returned function is called or the process ends, however it ends: the
 * claim is a kernel lock that SQLite takes on an empty file of its own, so a file left behind by a crash
 * means nothing, and it holds between containers too. Throws AppError `conflict` if the folder is in
 * use by another program and one of the two wants it alone.
 */
export async function claimFolder(dataDir: string, use: FolderUse): Promise<() => void> {
  const path = join(dataDir, lockFileName);
  // Never opened by hand once it exists: closing it would drop the lock, as with `registry.db`.
  await createPrivateFile(path, '');
  await assertReadWrite(path);
  const lock = new Sqlite(path, { timeout: patienceMs });
  try {
    // A write transaction on an empty file begins a journal, which a crash would leave behind.
    lock.pragma('journal_mode = memory');
    if (use === 'alone') lock.exec('begin exclusive');
    else lock.exec('begin; select count(*) from sqlite_schema');
  } catch (error) {
    lock.close();
    throw claimFault(error, dataDir);
  }
  return () => void lock.close();
}

function claimFault(cause: unknown, dataDir: string): unknown {
  if (!(cause instanceof Sqlite.SqliteError)) return cause;
  if (cause.code === 'SQLITE_BUSY') {
    const message = `DATA_DIR: another API Monitor is running on ${resolve(dataDir)}; stop it, or set DATA_DIR to another folder`;
    return new AppError('conflict', message, { cause });
  }
  if (cause.code !== 'SQLITE_NOTADB') return cause;
  const message = `DATA_DIR: the file ${lockFileName} is not the one that this program makes; delete it`;
  return new AppError('conflict', message, { cause });
}
