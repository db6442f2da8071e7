import { type Patience, retryWhile } from '../retry-while.ts';

const message = 'The database is busy: another process has held its write lock for too long.';

/** Repeats `work` while another process holds the write lock. Throws AppError `unavailable`. */
export function retryBusy<T>(work: () => Promise<T>, patience: Patience): Promise<T> {
  return retryWhile(isBusy, work, { ...patience, message });
}

/** The statement had no effect and may be tried again: https://www.sqlite.org/rescode.html#busy */
function isBusy(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error)) return false;
  return error.code === 'SQLITE_BUSY' || error.code === 'SQLITE_BUSY_RECOVERY';
}
