import {
  type ColumnDefinitionBuilder,
  type Kysely,
  PostgresAdapter,
  sql,
  type TableMetadata,
} from 'kysely';

// What differs between the two databases; all other SQL of this room works on both.

/** A primary key that the database numbers itself; it never uses a number twice. */
export function idColumn(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.primaryKey().autoIncrement();
}

/**
 * Whether a column of this declared type turns numbers into text, as SQLite does if the name of the type
 * looks like text (https://www.sqlite.org/datatype3.html#determination_of_column_affinity).
 */
export function keepsText(declaredType: string): boolean {
  return /CHAR|CLOB|TEXT/i.test(declaredType) && !/INT/i.test(declaredType);
}

/** The schema that new tables go into; undefined if the database has no schemas (SQLite). */
export async function currentSchema<DB>(db: Kysely<DB>): Promise<string | undefined> {
  if (!isPostgres(db)) return undefined;
  const { rows } = await sql<{ name: string | null }>`select current_schema() as name`.execute(db);
  return rows[0]?.name ?? undefined;
}

/** The existing tables, without those that other programs have in other schemas. */
export async function listTables<DB>(db: Kysely<DB>): Promise<TableMetadata[]> {
  const schema = await currentSchema(db);
  const tables = await db.introspection.getTables();
  return tables.filter((table) => table.schema === schema);
}

export function isPostgres<DB>(db: Kysely<DB>): boolean {
  return db.getExecutor().adapter instanceof PostgresAdapter;
}
