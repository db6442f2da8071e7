import type { Kysely } from 'kysely';
import type { Database } from '../engine/database.ts';
import { lockTargets } from '../engine/locks.ts';
import type { Schema } from '../schema.ts';

/** The wire contract's bound. */
export const largestSortOrder = 1_000_000;

/** The order of a channel that goes after the last; if there is no room, all are renumbered. */
export async function nextSortOrder(db: Kysely<Schema>): Promise<number> {
  const { last } = await db
    .selectFrom('targets')
    .select((select) => select.fn.max('sort_order').as('last'))
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if ((last ?? 0) < largestSortOrder) return (last ?? 0) + 1;
  return (await renumberTargets(db)) + 1;
}

/** The orders of many channels that one transaction writes, which holds the list locked. */
export interface SortOrders {
  /** The order for a new channel: after all others. */
  next(): Promise<number>;
  /** Called with the order of each channel that is written. */
  note(order: number): void;
}

/** Looks the last order up once: doing so for every new channel would read the whole table each time. */
export function createSortOrders({ kysely }: Database): SortOrders {
  let last: number | null = null;
  return {
    async next() {
      if (last !== null && last < largestSortOrder) last += 1;
      else last = await nextSortOrder(kysely);
      return last;
    },
    note(order) {
      if (last !== null) last = Math.max(last, order);
    },
  };
}

/** Numbers the channels from 1 on, in the order that they have. Returns how many there are. */
export async function renumberTargets(db: Kysely<Schema>): Promise<number> {
  await lockTargets(db);
  const targets = await db
    .selectFrom('targets')
    .select('id')
    .orderBy('sort_order')
    .orderBy('id')
    .execute();
  for (const [index, { id }] of targets.entries()) {
    await db
      .updateTable('targets')
      .set({ sort_order: index + 1 })
      .where('id', '=', id)
      .execute();
  }
  return targets.length;
}
