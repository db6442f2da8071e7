import type { Kysely } from 'kysely';
import type { Schema } from '../../schema.ts';
import { largestSortOrder, renumberTargets } from '../../targets/sort-order.ts';
import { targetColumns } from '../../targets/target-row.ts';
import { mendTarget } from './mend-target.ts';
import { readWhole } from './read-old-value.ts';

/** Brings every channel into its form, and gives an order to those that have none. */
export async function mendTargets(db: Kysely<Schema>, nowS: number): Promise<void> {
  const rows = await db.selectFrom('targets').select(targetColumns).orderBy('id').execute();
  // As they stand in the table at each step, since no two may be the same there.
  const taken = new Set<string>(rows.map((row) => row.name));
  for (const row of rows) {
    taken.delete(row.name);
    const mended = mendTarget(row.id, row, taken, nowS);
    taken.add(mended.name);
    await db.updateTable('targets').set(mended).where('id', '=', row.id).execute();
  }
  await orderTargets(db, rows);
}

/** Where no order was ever kept, that of creation is the order. */
async function orderTargets(
  db: Kysely<Schema>,
  rows: readonly { id: number; sort_order: unknown }[],
): Promise<void> {
  const orders = rows.map(({ id, sort_order }) => ({
    id,
    order: readWhole(sort_order, 1, largestSortOrder),
  }));
  let last = Math.max(0, ...orders.map(({ order }) => order ?? 0));
  for (const { id, order } of orders) {
    last += order === null ? 1 : 0;
    await db
      .updateTable('targets')
      .set({ sort_order: order ?? last })
      .where('id', '=', id)
      .execute();
  }
  if (last > largestSortOrder) await renumberTargets(db);
}
