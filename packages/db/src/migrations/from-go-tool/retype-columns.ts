import { type Kysely, sql, type TableMetadata } from 'kysely';
import { keepsText } from '../../engine/dialect.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import type { ColumnPlan } from '../steps/column-plan.ts';

/** Keys stay as they are, because other tables and indexes refer to them. */
const keys = new Set(['id', 'run_id', 'target_id']);

/**
 * Gives columns that hold text instead of numbers their type, and keeps their values: a number written
 * there would become text again.
 */
export async function retypeColumns(
  db: Kysely<AnySchema>,
  existing: readonly TableMetadata[],
  name: string,
  columns: readonly ColumnPlan[],
): Promise<void> {
  const table = existing.find((candidate) => candidate.name === name);
  for (const { name: column, type } of columns) {
    if (type === 'text' || keys.has(column)) continue;
    const present = table?.columns.find((candidate) => candidate.name === column);
    if (!present || !keepsText(present.dataType)) continue;
    const aside = `older_${column}`;
    await db.schema.alterTable(name).renameColumn(column, aside).execute();
    await db.schema.alterTable(name).addColumn(column, type).execute();
    await sql`update ${sql.table(name)} set ${sql.ref(column)} = ${sql.ref(aside)}`.execute(db);
    await db.schema.alterTable(name).dropColumn(aside).execute();
  }
}
