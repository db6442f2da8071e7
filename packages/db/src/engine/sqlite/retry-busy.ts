import { AppError } from '@api-monitor/core';
import { type Patience, retryWhile } from '../retry-while.ts';

/**
 * Repeats `work` while another process holds the write lock; in the pauses this process does other work.
 * Throws AppError `unavailable` after the last try.
 */
export async function retryBusy<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  try {
    return await retryWhile(isBusy, work, patience);
  } catch (error) {
    throw isBusy(error) ? busyTooLong(error) : error;
  }
}

/** The statement had no effect and may be tried again: https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_RECOVERY';
}

function busyTooLong(cause: unknown): AppError {
  const message = 'The database is busy: another process has held its write lock for too long.';
  return new AppError('unavailable', message, { cause });
}
