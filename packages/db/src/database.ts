import type { Kysely } from 'kysely';
import type { Schema } from './schema.ts';
import type { SecretBox } from './secret-box.ts';

/** What every query takes first: the database itself, or a transaction on it. */
export interface Database {
  readonly kysely: Kysely<Schema>;
  readonly secretBox: SecretBox;
  /** Whether what was opened still stands where it is to be found at the next start. */
  readonly isInPlace: () => Promise<boolean>;
}

/**
 * Runs `work` all or nothing: in the transaction that `db` is already, else in one of its own.
 * A process has one connection, so `work` must query through the handle that it is given (through `db`
 * it would wait for itself) and await nothing but queries.
 */
export async function inTransaction<T>(
  db: Database,
  work: (transaction: Database) => Promise<T>,
): Promise<T> {
  if (db.kysely.isTransaction) return work(db);
  return db.kysely.transaction().execute((kysely) => work({ ...db, kysely }));
}
