import { AppError } from '@api-monitor/core';

/** By the codes of SQLite (https://www.sqlite.org/rescode.html) and of the file system. */
const sentences: readonly (readonly [code: RegExp, sentence: string])[] = [
  // SHMSIZE: the index of the write-ahead log can't grow, which only a full disk causes.
  [/^(SQLITE_FULL|SQLITE_IOERR_SHMSIZE|ENOSPC|EDQUOT)$/, 'the disk of the data folder is full'],
  [/^EROFS$/, 'the disk of the data folder is read-only'],
  [
    /^SQLITE_READONLY/,
    'registry.db or a file beside it cannot be written: check their owner and mode',
  ],
  [/^(SQLITE_IOERR|EIO$)/, 'the disk of the data folder fails ({code})'],
  [/^SQLITE_CANTOPEN/, 'registry.db or a file beside it cannot be opened'],
  [/^SQLITE_PROTOCOL$/, 'the disk of the data folder does not keep file locks'],
  [
    /^SQLITE_(NOTADB|CORRUPT)/,
    'registry.db is not an intact SQLite database; restore it from a backup',
  ],
  [/^SQLITE_BUSY/, 'the database is busy: another process holds its write lock'],
];

/** What is wrong with the disk or the files of the data folder, without a path; null for other errors. */
export function describeStorageFault(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  const code = String(error.code);
  const sentence = sentences.find(([pattern]) => pattern.test(code))?.[1];
  return sentence?.replace('{code}', code) ?? null;
}

// A full disk, a lock that another process holds, a faulty file system.
const passing = /^SQLITE_(FULL|BUSY|LOCKED|IOERR|READONLY|CANTOPEN)/;

/** Whether the same may work later: the database can't be reached, is locked, or its disk is full. */
export function isPassingFault(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'unavailable';
  return error instanceof Error && 'code' in error && passing.test(String(error.code));
}
