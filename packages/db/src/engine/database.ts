import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { retryConflict } from './postgres/retry-conflict.ts';

/** What every query takes first: the database itself, or a transaction on it. */
export interface Database {
  readonly kysely: Kysely<Schema>;
  readonly secretBox: SecretBox;
  /** Whether the opened files are still the ones that the next start would find. */
  readonly isInPlace: () => Promise<boolean>;
  /** Why it refuses writes, as a sentence; null if it accepts them. At most ten seconds old. */
  readonly writeFault: () => Promise<string | null>;
}

/**
 * Runs `work` all or nothing: in the transaction that `db` already is, or in a new one.
 * `work` must query through the handle that it gets (through `db` it could wait for itself), await only
 * queries (a long one may also yield to the event loop), and change nothing else, because it may be
 * repeated. It locks what it reads in order to change it (`locks.ts`).
 */
export async function inTransaction<Handle extends Pick<Database, 'kysely'>, T>(
  db: Handle,
  work: (transaction: Handle) => Promise<T>,
): Promise<T> {
  if (db.kysely.isTransaction) return work(db);
  return retryConflict(() => db.kysely.transaction().execute((kysely) => work({ ...db, kysely })));
}
