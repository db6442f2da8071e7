import type {
  ColumnDefinitionBuilder,
  CreateTableBuilder,
  Kysely,
  SchemaModule,
  TableMetadata,
} from 'kysely';
import { idColumn } from '../../engine/dialect.ts';

type Build = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;

export interface ColumnPlan {
  name: string;
  type: 'integer' | 'bigint' | 'text' | 'double precision';
  /** `notNull` needs a default if an older database may lack the column. */
  build?: Build;
}

export const id: ColumnPlan = { name: 'id', type: 'integer', build: idColumn };
export const text = (name: string, build?: Build) => plan(name, 'text', build);
export const integer = (name: string, build?: Build) => plan(name, 'integer', build);
export const decimal = (name: string, build?: Build) => plan(name, 'double precision', build);
export const seconds = (name: string, build?: Build) => plan(name, 'double precision', build);

export const required: Build = (column) => column.notNull();
export const defaultsTo =
  (value: string | number): Build =>
  (column) =>
    column.notNull().defaultTo(value);
export const owned =
  (parent: string): Build =>
  (column) =>
    column.notNull().references(parent).onDelete('cascade');

function plan(name: string, type: ColumnPlan['type'], build: Build | undefined): ColumnPlan {
  return build ? { name, type, build } : { name, type };
}

/** Creates the table, or adds the columns that the existing one lacks; nothing is ever dropped. */
export async function ensureTable(
  schema: SchemaModule,
  existing: readonly TableMetadata[],
  name: string,
  columns: readonly ColumnPlan[],
): Promise<void> {
  const table = existing.find((candidate) => candidate.name === name);
  if (!table) return planTable(schema, name, columns).execute();
  const present = new Set(table.columns.map((column) => column.name));
  for (const column of columns) {
    if (present.has(column.name)) continue;
    await schema.alterTable(name).addColumn(column.name, column.type, column.build).execute();
  }
}

/** A new table with these columns; the caller adds constraints and executes it. */
export function planTable(
  schema: SchemaModule,
  name: string,
  columns: readonly ColumnPlan[],
): CreateTableBuilder<string, string> {
  let table: CreateTableBuilder<string, string> = schema.createTable(name);
  for (const { name: columnName, type, build } of columns) {
    table = table.addColumn(columnName, type, build);
  }
  return table;
}

export async function createIndex<DB>(
  { schema }: Kysely<DB>,
  name: string,
  table: string,
  columns: readonly string[],
): Promise<void> {
  await schema
    .createIndex(name)
    .on(table)
    .columns([...columns])
    .execute();
}
