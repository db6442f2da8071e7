import {
  type ColumnDefinitionBuilder,
  type Kysely,
  PostgresAdapter,
  sql,
  type TableMetadata,
} from 'kysely';
import type { Schema } from '../schema.ts';

// What the two databases say differently; all other SQL of this room is both's.

/** A primary key that the database numbers itself and never gives out twice. */
export function idColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.primaryKey().autoIncrement();
}

/**
 * Whether a column of this declared type turns numbers into text, as SQLite does with what is named
 * like a text (https://www.sqlite.org/datatype3.html#determination_of_column_affinity).
 */
export function keepsText(declaredType: string): boolean {
  return /CHAR|CLOB|TEXT/i.test(declaredType) && !/INT/i.test(declaredType);
}

/** The schema that new tables go into; undefined where the database knows none (SQLite). */
export async function currentSchema(db: Kysely<Schema>): Promise<string | undefined> {
  if (!isPostgres(db)) return undefined;
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db);
  return rows[0]?.name ?? undefined;
}

/** The tables that are there already; those of another program in a schema beside ours are none. */
export async function listTables(db: Kysely<Schema>): Promise<TableMetadata[]> {
  const schema = await currentSchema(db);
  const tables = await db.introspection.getTables();
  return tables.filter((table) => table.schema === schema);
}

export function isPostgres(db: Kysely<Schema>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
