import { AppError } from '@api-monitor/core';

// https://www.sqlite.org/rescode.html: a full disk, another's lock, a file system in trouble.
const passing = /^SQLITE_(FULL|BUSY|LOCKED|IOERR|READONLY|CANTOPEN)/;

/** Whether the same may work later, as it is: the database is out of reach, locked, or its disk full. */
export function isPassingFault(error: unknown): boolean {
  if (error instanceof AppError) return error.code === 'unavailable';
  return error instanceof Error && 'code' in error && passing.test(String(error.code));
}
