import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { chunksOf } from './chunks-of.ts';
import type { Database } from './database.ts';
import { isPostgres } from './dialect.ts';

// SQLite lets one transaction write at a time: there, each of these does nothing. On Postgres what is read
// to be written anew is locked before it is read, always in this order, so that no two wait for each other:
// a name, then targets, then keys, each by id. All locks end with the transaction.

/** What is locked as a whole, and the number that Postgres knows it by: any, as long as it stays. */
const names = { target_list: 1, proxy_requests: 2, status_items: 3, second_factor: 4 } as const;

/** Tells our numbers from those of other programs in the same database. */
const ours = 0x61706d;

/** Lets one transaction at a time change what bears the name. */
export async function lockName(db: Kysely<Schema>, name: keyof typeof names): Promise<void> {
  if (!isPostgres(db)) return;
  await sql`select pg_advisory_xact_lock(${sql.lit(ours)}, ${sql.lit(names[name])})`.execute(db);
}

/**
 * Lets nobody else change these targets (all, where `ids` is absent), nor anything that belongs to them:
 * whoever writes a target's runs, rows or states has locked the target.
 */
export async function lockTargets(db: Kysely<Schema>, ids?: readonly number[]): Promise<void> {
  await lockRows(db, 'targets', ids);
}

/** The list of targets as a whole: lets nobody else add one, name one, move one or change one. */
export async function lockTargetList({ kysely }: Pick<Database, 'kysely'>): Promise<void> {
  await lockName(kysely, 'target_list');
  await lockTargets(kysely);
}

/** Lets nobody else change these keys (all, where `ids` is absent). */
export async function lockProxyKeys(db: Kysely<Schema>, ids?: readonly number[]): Promise<void> {
  await lockRows(db, 'proxy_keys', ids);
}

async function lockRows(
  db: Kysely<Schema>,
  table: 'targets' | 'proxy_keys',
  ids: readonly number[] | undefined,
): Promise<void> {
  if (!isPostgres(db)) return;
  const lock = (where: RawBuilder<unknown>) =>
    sql`select id from ${sql.table(table)} ${where} order by id for no key update`.execute(db);
  if (ids === undefined) await lock(sql``);
  const inOrder = [...new Set(ids)].sort((a, b) => a - b);
  for (const chunk of chunksOf(inOrder)) await lock(sql`where id in (${sql.join(chunk)})`);
}
