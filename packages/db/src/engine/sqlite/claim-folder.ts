import { join, resolve } from 'node:path';
import { AppError } from '@api-monitor/core';
import Sqlite from 'better-sqlite3';
import { assertReadWrite, createPrivateFile } from '../private-file.ts';

/** How a program uses a data folder: alone, or together with others that share it. */
export type FolderUse = 'alone' | 'shared';

const lockFileName = 'instance.lock';
/** Two programs that start at once may block each other for a moment. */
const patienceMs = 1_000;

/**
 * Claims a data folder until the returned function is called or the process ends in any way: the claim is
 * a kernel lock that SQLite takes on an empty file, so a file that a crash left behind means nothing, and
 * the claim works across containers too. Throws AppError `conflict` if another program uses the folder and
 * one of the two wants it alone.
 */
export async function claimFolder(dataDir: string, use: FolderUse): Promise<() => void> {
  const path = join(dataDir, lockFileName);
  // Once it exists, only SQLite may open it: closing it elsewhere would drop the lock, as with `registry.db`.
  await createPrivateFile(path, '');
  await assertReadWrite(path);
  const lock = new Sqlite(path, { timeout: patienceMs });
  try {
    // Else a write transaction on an empty file would begin a journal, which a crash would leave behind.
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
  const message = `DATA_DIR: the file ${lockFileName} wasn't created by this program; delete it`;
  return new AppError('conflict', message, { cause });
}
