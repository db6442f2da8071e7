import { AppError } from '@api-monitor/core';
import { DatabaseError } from 'pg';
import { retryWhile } from '../retry-while.ts';

const patience = { tries: 10, pauseMs: 20 };

/**
 * Does `work` (a transaction, or a statement by itself) again where Postgres took it back because of
 * another one: a deadlock, or an order that can't be. Throws AppError `unavailable` after ten such ends.
 */
export async function retryConflict<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await retryWhile(isConflict, work, patience);
  } catch (error) {
    if (!isConflict(error)) throw error;
    const message = 'The database is busy: other writers were in the way again and again.';
    throw new AppError('unavailable', message, { cause: error });
  }
}

/** https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html */
function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}
