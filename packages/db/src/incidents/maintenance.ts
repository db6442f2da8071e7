import { fieldKindsOf, type Maintenance, maintenanceShape } from '@api-monitor/core';
import { createCodec } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';

const { columns, toRow, fromRow } = createCodec<Maintenance>(fieldKindsOf(maintenanceShape));

export type MaintenanceInput = Omit<Maintenance, 'id'>;

export async function listMaintenance({ kysely }: Database): Promise<Maintenance[]> {
  const rows = await kysely
    .selectFrom('maintenance_windows')
    .select(columns)
    .orderBy('id')
    .execute();
  return rows.map(fromRow);
}

export async function createMaintenance(
  { kysely }: Database,
  input: MaintenanceInput,
): Promise<Maintenance> {
  const row = await kysely
    .insertInto('maintenance_windows')
    .values(toRow(input))
    .returning(columns)
    .executeTakeFirstOrThrow();
  return fromRow(row);
}

/** null if there is no such maintenance. */
export async function updateMaintenance(
  { kysely }: Database,
  id: number,
  input: MaintenanceInput,
): Promise<Maintenance | null> {
  const row = await kysely
    .updateTable('maintenance_windows')
    .set(toRow(input))
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Returns whether there was one. */
export async function deleteMaintenance({ kysely }: Database, id: number): Promise<boolean> {
  const { numDeletedRows } = await kysely
    .deleteFrom('maintenance_windows')
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows) > 0;
}
