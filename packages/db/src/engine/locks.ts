import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Schema } from '../schema.ts';
import { chunksOf } from './chunks-of.ts';
import type { Database } from './database.ts';
import { isPostgres } from './dialect.ts';

// SQLite lets one transaction write at a time, so none of these does anything there. On Postgres,
// a transaction locks what it reads in order to change it, before it reads it. The order is always the same,
// so that no two transactions wait for each other: a name, then targets, then keys, each by id. All locks
// end with the transaction.

/** What is locked as a whole, with its number in Postgres: any number that never changes. */
const names = {
  target_list: 1,
  proxy_requests: 2,
  status_items: 3,
  second_factor: 4,
  settings: 5,
  deliveries: 6,
} as const;

/** Distinguishes our numbers from those of other programs in the same database. */
const ours = 0x61706d;

/** Lets one transaction at a time change what has this name. */
export async function lockName(db: Kysely<Schema>, name: keyof typeof names): Promise<void> {
  if (!isPostgres(db)) return;
  await sql`select pg_advisory_xact_lock(${sql.lit(ours)}, ${sql.lit(names[name])})`.execute(db);
}

/**
 * Locks these targets, or all of them without `ids`, and with them their runs, rows and states: every
 * transaction that writes those locks the target first.
 */
export async function lockTargets(db: Kysely<Schema>, ids?: readonly number[]): Promise<void> {
  await lockRows(db, 'targets', ids);
}

/** Locks the whole list: nobody else can add, rename, move or change a target. */
export async function lockTargetList({ kysely }: Pick<Database, 'kysely'>): Promise<void> {
  await lockName(kysely, 'target_list');
  await lockTargets(kysely);
}

/** Lets one transaction at a time change settings that it has read. */
export async function lockSettings({ kysely }: Pick<Database, 'kysely'>): Promise<void> {
  await lockName(kysely, 'settings');
}

/** Lets nobody else change these keys (without `ids`: any key). */
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
