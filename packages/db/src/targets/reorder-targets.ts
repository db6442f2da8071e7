import { AppError, type FieldErrorCode } from '@api-monitor/core';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockTargetList } from '../engine/locks.ts';
import { nextRevision } from '../engine/next-revision.ts';

/**
 * Numbers the targets anew: those of `ids` first, in that order, then the rest in the order that they
 * had. Throws AppError `invalid_input` for an id that is unknown or given twice.
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
