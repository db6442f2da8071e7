import type { ColumnDefinitionBuilder, SchemaModule, TableMetadata } from 'kysely';

export interface ColumnPlan {
  name: string;
  type: 'integer' | 'text' | 'double precision';
  /** `notNull` needs a default wherever an older database may lack the column. */
  build?: (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder;
}

/** Creates the table, or adds to the existing one the columns that it lacks; nothing is ever dropped. */
export async function ensureTable(
  schema: SchemaModule,
  existing: readonly TableMetadata[],
  name: string,
  columns: readonly ColumnPlan[],
): Promise<void> {
  const table = existing.find((candidate) => candidate.name === name);
  if (!table) return createTable(schema, name, columns);
  const present = new Set(table.columns.map((column) => column.name));
  for (const column of columns) {
    if (present.has(column.name)) continue;
    await schema.alterTable(name).addColumn(column.name, column.type, column.build).execute();
  }
}

async function createTable(
  schema: SchemaModule,
  name: string,
  columns: readonly ColumnPlan[],
): Promise<void> {
  let table = schema.createTable(name);
  for (const { name: columnName, type, build } of columns) {
    table = table.addColumn(columnName, type, build);
  }
  await table.execute();
}
