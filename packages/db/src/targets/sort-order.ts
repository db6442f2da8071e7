import { AppError, type FieldErrorCode, largestSortOrder } from '@api-monitor/core';
import type { Kysely } from 'kysely';
import { nextRevision } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargetList, lockTargets } from '../engine/locks.ts';
import type { Schema } from '../schema.ts';

/** The order of a channel after the last; if there is no room, all are renumbered. */
export async function nextSortOrder(db: Kysely<Schema>): Promise<number> {
  const { last } = await db
    .selectFrom('targets')
    .select((select) => select.fn.max('sort_order').as('last'))
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow();
  if ((last ?? 0) < largestSortOrder) return (last ?? 0) + 1;
  return (await renumberTargets(db)) + 1;
}

/** The orders of many channels written by one transaction, which has locked the list. */
export interface SortOrders {
  /** The order for a new channel: after all others. */
  next(): Promise<number>;
  /** To be called with the order of each channel that is written. */
  note(order: number): void;
}

/** Looks up the last order once: a look-up for each new channel would read the whole table again. */
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

/** Numbers the channels from 1 in their order. Returns how many there are. */
async function renumberTargets(db: Kysely<Schema>): Promise<number> {
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

/**
 * Numbers the targets again: those of `ids` first, in that order, then the rest in their old order.
 * Throws AppError `invalid_input` for an id that is unknown or given twice.
 */
export async function reorderTargets(
  db: Database,
  ids: readonly number[],
  nowS: number,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockTargetList(tx);
    const current = await tx.kysely
      .selectFrom('targets')
      .select(['id', 'sort_order'])
      .where('deleted_at', 'is', null)
      .orderBy('sort_order')
      .orderBy('id')
      .execute();
    refuseBadIds(ids, new Set(current.map((target) => target.id)));
    const orderById = new Map(current.map((target) => [target.id, target.sort_order]));
    const given = new Set(ids);
    const left = current.filter((target) => !given.has(target.id)).map((target) => target.id);
    for (const [index, id] of [...ids, ...left].entries()) {
      if (orderById.get(id) === index + 1) continue;
      await tx.kysely
        .updateTable('targets')
        .set({ sort_order: index + 1, updated_at: nowS, revision: nextRevision })
        .where('id', '=', id)
        .execute();
    }
  });
}

function refuseBadIds(ids: readonly number[], known: ReadonlySet<number>): void {
  const seen = new Set<number>();
  for (const id of ids) {
    if (!known.has(id)) throw badId('does_not_exist', `ids: there is no channel ${id}`);
    if (seen.has(id)) throw badId('repeated', `ids: channel ${id} is given twice`);
    seen.add(id);
  }
}

function badId(code: FieldErrorCode, message: string): AppError {
  return new AppError('invalid_input', message, { fields: { ids: { code } } });
}
