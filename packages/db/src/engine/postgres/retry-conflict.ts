import { DatabaseError } from 'pg';
import { retryWhile } from '../retry-while.ts';

const message = 'The database is busy: other transactions conflicted again and again.';

/**
 * Repeats `work` (a transaction, or a single statement) if Postgres rolled it back because of another one:
 * a deadlock or a serialization failure. Throws AppError `unavailable` after ten such failures.
 */
export function retryConflict<T>(work: () => Promise<T>): Promise<T> {
  return retryWhile(isConflict, work, { tries: 10, pauseMs: () => 20, message });
}

/** https://www.postgresql.org/docs/current/mvcc-serialization-failure-handling.html */
function isConflict(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}
