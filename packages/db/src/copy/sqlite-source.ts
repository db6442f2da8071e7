import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { AppError } from '@api-monitor/core';
import Sqlite from 'better-sqlite3';
import { databaseFileName } from '../engine/sqlite/database-file.ts';
import type { TablePlan } from './plan-tables.ts';

/** A row as SQLite keeps it. */
export type SourceRow = Record<string, unknown>;

/** A data folder's database as it was when it was opened; later writes aren't seen. */
export interface SqliteSource {
  /** The migrations that it has had, in order. */
  migrations: string[];
  /** Whether a monitor has it open, or was killed while it had it open. */
  isInUse: boolean;
  /** All rows, and those whose parents exist: the older tool enforced no foreign keys. */
  count(table: TablePlan): { rows: number; owned: number };
  /** The rows whose parents exist, in their order, `length` at a time. */
  pages(table: TablePlan, length: number): Generator<SourceRow[]>;
  /** The last number that the table used; 0 if it used none. */
  lastNumber(table: string): number;
  close(): void;
}

/** Opens the folder's `registry.db` read-only. Throws AppError `not_found` if there is none. */
export async function openSqliteSource(
  dataDir: string,
  plans: readonly TablePlan[],
): Promise<SqliteSource> {
  const path = join(dataDir, databaseFileName);
  const log = await stat(`${path}-wal`).catch(() => null);
  if (!(await stat(path).catch(() => null))) {
    const fault = `DATA_DIR: ${resolve(dataDir)} holds no ${databaseFileName} to copy`;
    throw new AppError('not_found', `${fault}; name the folder that the monitor ran with`);
  }
  const sqlite = new Sqlite(path, { readonly: true, fileMustExist: true });
  // All reads see the same state.
  sqlite.exec('begin');
  const number = (query: string, ...values: unknown[]) =>
    Number(
      sqlite
        .prepare(query)
        .pluck()
        .get(...values) ?? 0,
    );
  return {
    migrations: readMigrations(sqlite),
    isInUse: (log?.size ?? 0) > 0,
    count: (table) => ({
      rows: number(`select count(*) from "${table.name}"`),
      owned: number(`select count(*) from "${table.name}" where ${isOwned(table, plans)}`),
    }),
    pages: (table, length) => readPages(sqlite, table, isOwned(table, plans), length),
    lastNumber: (table) => number('select seq from sqlite_sequence where name = ?', table),
    close: () => void sqlite.close(),
  };
}

function readMigrations(sqlite: Sqlite.Database): string[] {
  const known = sqlite.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get();
  if (!known) return [];
  return sqlite
    .prepare('select name from kysely_migration order by name')
    .pluck()
    .all()
    .map(String);
}

function* readPages(
  sqlite: Sqlite.Database,
  { name, columns }: TablePlan,
  condition: string,
  length: number,
): Generator<SourceRow[]> {
  const names = columns.map((column) => `"${column}"`).join(', ');
  const page = sqlite.prepare<[number], SourceRow & { source_place: number }>(
    `select rowid as source_place, ${names} from "${name}"
      where rowid > ? and ${condition} order by rowid limit ${length}`,
  );
  for (let after = -1; ; ) {
    const rows = page.all(after);
    const last = rows.at(-1);
    if (!last) return;
    after = last.source_place;
    yield rows.map(({ source_place: _, ...row }) => row);
  }
}

/** SQL that says whether a row's parents exist, and theirs. */
function isOwned(table: TablePlan, plans: readonly TablePlan[]): string {
  const conditions = table.references.map(({ column, isNullable, parent, parentColumn }) => {
    const plan = plans.find(({ name }) => name === parent);
    const owned = plan ? isOwned(plan, plans) : 'true';
    const isThere = `"${column}" in (select "${parentColumn}" from "${parent}" where ${owned})`;
    return isNullable ? `("${column}" is null or ${isThere})` : isThere;
  });
  return conditions.join(' and ') || 'true';
}
