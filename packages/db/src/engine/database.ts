import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { retryConflict } from './postgres/retry-conflict.ts';

/** What every query takes first: the database itself, or a transaction on it. */
export interface Database {
  readonly kysely: Kysely<Schema>;
  readonly secretBox: SecretBox;
  /** Whether the opened files are still where the next start will look for them. */
  readonly isInPlace: () => Promise<boolean>;
  /** Why it takes no writes, as a sentence; null if it takes them. Known ten seconds later at most. */
  readonly writeFault: () => Promise<string | null>;
}

/**
 * Runs `work` all or nothing: in the transaction that `db` is already, else in one of its own.
 * It must query through the handle that it is given (through `db` it could wait for itself), await
 * nothing but queries (a long one also yields to the event loop), and change nothing else: it may be
 * done again. What it reads to write it again, it locks first (`locks.ts`).
 */
export async function inTransaction<Handle extends Pick<Database, 'kysely'>, T>(
  db: Handle,
  work: (transaction: Handle) => Promise<T>,
): Promise<T> {
  if (db.kysely.isTransaction) return work(db);
  return retryConflict(() => db.kysely.transaction().execute((kysely) => work({ ...db, kysely })));
}
