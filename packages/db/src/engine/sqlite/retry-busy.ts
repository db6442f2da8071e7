import { AppError } from '@api-monitor/core';
import { type Patience, retryWhile } from '../retry-while.ts';

/**
 * Does `work` again while another process holds the write lock, with pauses in which this process goes
 * on with all else. Throws AppError `unavailable` when the patience is at its end.
 */
export async function retryBusy<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  try {
    return await retryWhile(isBusy, work, patience);
  } catch (error) {
    throw isBusy(error) ? busyTooLong(error) : error;
  }
}

/** The statement had no effect, and may be tried again: https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_RECOVERY';
}

function busyTooLong(cause: unknown): AppError {
  const message = 'The database is busy: another process has held its write lock for too long.';
  return new AppError('unavailable', message, { cause });
}
