import { type Kysely, sql, type TableMetadata } from 'kysely';
import { keepsText } from '../../engine/dialect.ts';
import type { Schema } from '../../schema.ts';
import type { ColumnPlan } from '../ensure-table.ts';

/** Keys stay as they are: other tables and indexes hold on to them. */
const keys = new Set(['id', 'run_id', 'target_id']);

/**
 * Gives the columns that hold text where numbers belong their type, with what they hold: a number
 * written there would turn into text again.
 */
export async function retypeColumns(
  db: Kysely<Schema>,
  existing: readonly TableMetadata[],
  name: keyof Schema,
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
