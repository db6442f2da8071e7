import type { StatusItem } from '@api-monitor/core';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockName } from '../engine/locks.ts';

export type StatusItemInput = Omit<StatusItem, 'id'>;

/** What the status page shows, in its order; what belongs to a deleted channel is gone with it. */
export async function listStatusItems(db: Database): Promise<StatusItem[]> {
  return db.kysely
    .selectFrom('status_items')
    .leftJoin('targets', 'targets.id', 'status_items.target_id')
    .select([
      'status_items.id',
      'status_items.slug',
      'status_items.name',
      'status_items.target_id',
      'status_items.model',
    ])
    .where('targets.deleted_at', 'is', null)
    .orderBy('status_items.sort_order')
    .execute();
}

/** Puts these lines, in this order, in the place of all that were there. */
export async function replaceStatusItems(
  db: Database,
  items: readonly StatusItemInput[],
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'status_items');
    await tx.kysely.deleteFrom('status_items').execute();
    if (items.length === 0) return;
    const rows = items.map((item, sort_order) => ({ ...item, sort_order }));
    await tx.kysely.insertInto('status_items').values(rows).execute();
  });
}
