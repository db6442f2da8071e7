import { AppError } from '@api-monitor/core';
import { DatabaseError } from 'pg';
import { retryWhile } from '../retry-while.ts';

const patience = { tries: 10, pauseMs: 20 };

/**
 * Repeats `work` (a transaction, or a single statement) if Postgres rolled it back because of another one:
 * a deadlock or a serialization failure. Throws AppError `unavailable` after ten such failures.
 */
export async function retryConflict<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await retryWhile(isConflict, work, patience);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const message = 'The database is busy: other transactions conflicted again and again.';
    throw new AppError('unavailable', message, { cause: error });
  }
}

/** https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html */
function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}
