import { AppError } from '@api-monitor/core';
import { type Kysely, sql } from 'kysely';
import { openPostgres } from '../engine/postgres/open-postgres.ts';
import type { Schema } from '../schema.ts';
import { type KeyOptions, unlockDatabase } from '../secrets/unlock-database.ts';
import { planTables, type TablePlan } from './plan-tables.ts';
import { openSqliteSource, type SourceRow, type SqliteSource } from './sqlite-source.ts';

export interface CopyOptions extends KeyOptions {
  databaseUrl: string;
  /** Empties the destination first; without it, the destination must be empty. */
  replace: boolean;
  /** Called after each table, in order. */
  onTable: (copied: CopiedTable) => void;
}

export interface CopiedTable {
  table: string;
  /** Rows in the data folder. */
  source: number;
  /** Rows in Postgres now. */
  copied: number;
  /** Rows whose channel or run doesn't exist any more: nothing shows them. */
  ownerless: number;
}

const pageLength = 500;

/**
 * Copies a data folder's SQLite database into a Postgres, all or nothing, and counts the rows on both
 * sides. The folder is only read, and the secrets stay sealed. Returns whether a monitor seems to have the
 * folder open. Throws AppError `not_found` (there is no database), `conflict` (the destination isn't empty,
 * the database is of another version, or counts differ), `encryption_key_mismatch` or `unavailable`.
 */
export async function copyToPostgres(options: CopyOptions): Promise<{ isSourceInUse: boolean }> {
  const db = await openPostgres({ url: options.databaseUrl, size: 2 }, options.now());
  try {
    const plans = await planTables(db);
    const source = await openSqliteSource(options.dataDir, plans);
    try {
      await refuseOtherVersion(source, db);
      await db.transaction().execute(async (tx) => {
        await claimTables(tx, plans, options.replace);
        for (const plan of plans) {
          const copied = await copyTable(tx, source, plan).catch((error: unknown) => {
            throw tableFault(plan.name, error);
          });
          options.onTable(copied);
        }
        // Checks the copy rather than the source, because the monitor will open the copy.
        await unlockDatabase(tx, options);
      });
      for (const { name } of plans) await sql`analyze ${sql.table(name)}`.execute(db);
      return { isSourceInUse: source.isInUse };
    } finally {
      source.close();
    }
  } finally {
    await db.destroy();
  }
}

async function refuseOtherVersion(source: SqliteSource, db: Kysely<Schema>): Promise<void> {
  const { rows } = await sql<{ name: string }>`
    select name from kysely_migration order by name`.execute(db);
  if (source.migrations.join() === rows.map(({ name }) => name).join()) return;
  throw new AppError(
    'conflict',
    'DATA_DIR: the database is of another version; start this version on it once (without DATABASE_URL), stop it, and then copy',
  );
}

/** Lets nobody else write the tables until the copy is complete: a monitor that starts meanwhile waits. */
async function claimTables(
  tx: Kysely<Schema>,
  plans: readonly TablePlan[],
  replace: boolean,
): Promise<void> {
  const tables = plans.map(({ name }) => sql.table(name));
  await sql`lock table ${sql.join(tables)} in exclusive mode`.execute(tx);
  if (replace) await sql`truncate ${sql.join(tables)} restart identity`.execute(tx);
  const filled: string[] = [];
  for (const { name } of plans) if ((await countRows(tx, name)) > 0) filled.push(name);
  if (filled.length === 0) return;
  throw new AppError(
    'conflict',
    `DATABASE_URL: the database is not empty (${filled.join(', ')}); name another one, or add --replace to delete its content`,
  );
}

async function copyTable(
  tx: Kysely<Schema>,
  source: SqliteSource,
  plan: TablePlan,
): Promise<CopiedTable> {
  const { rows, owned } = source.count(plan);
  for (const page of source.pages(plan, pageLength)) await insertPage(tx, plan, page);
  await continueNumbers(tx, source, plan);
  const copied = await countRows(tx, plan.name);
  if (copied !== owned)
    throw new Error(`${owned} rows should have been copied, but ${copied} are there`);
  return { table: plan.name, source: rows, copied, ownerless: rows - owned };
}

function tableFault(table: string, cause: unknown): AppError {
  if (cause instanceof AppError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AppError('conflict', `${table}: ${reason}; nothing was copied`, { cause });
}

/** As one JSON value that Postgres takes apart: faster than a statement with thousands of values. */
async function insertPage(
  tx: Kysely<Schema>,
  { name, columns }: TablePlan,
  page: readonly SourceRow[],
): Promise<void> {
  const names = sql.join(columns.map((column) => sql.ref(column)));
  const json = JSON.stringify(page, (_, value: unknown) =>
    typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value,
  );
  await sql`insert into ${sql.table(name)} (${names})
    select ${names} from json_populate_recordset(null::${sql.table(name)}, ${json}::json)`.execute(
    tx,
  );
}

/** So that no number is ever used twice, not even that of a deleted row. */
async function continueNumbers(
  tx: Kysely<Schema>,
  source: SqliteSource,
  { name, numbered }: TablePlan,
): Promise<void> {
  const last = source.lastNumber(name);
  if (numbered === null || last === 0) return;
  await sql`select setval(pg_get_serial_sequence(${name}, ${numbered}), ${last})`.execute(tx);
}

async function countRows(db: Kysely<Schema>, table: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from ${sql.table(table)}`.execute(db);
  return rows[0]?.count ?? 0;
}
