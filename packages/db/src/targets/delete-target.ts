import { type Database, inTransaction } from '../engine/database.ts';
import { type Batches, deleteInBatches } from '../engine/delete-batches.ts';
import { lockTargets } from '../engine/locks.ts';
import { renameInProxyKeys } from '../gateway/rename-in-proxy-keys.ts';
import { getTarget } from './targets.ts';

const batchSize = 200;

/**
 * Deletes the target: it, its key and its states are gone for everyone at once, its runs and their rows
 * follow in batches between which other work goes on. What a crash leaves of them, `purgeDeleted`
 * finds. Returns false where there is no such target.
 */
export async function deleteTarget(db: Database, id: number, nowS: number): Promise<boolean> {
  if (!(await hideTarget(db, id, nowS))) return false;
  await purgeTarget(db, id, { batchSize });
  return true;
}

/** Finishes the deletions that were cut off, and removes the runs that no target owns. */
export async function purgeDeleted(db: Database, batches: Batches): Promise<void> {
  const deleted = await db.kysely
    .selectFrom('targets')
    .select('id')
    .where('deleted_at', 'is not', null)
    .execute();
  for (const { id } of deleted) await purgeTarget(db, id, batches);
  for (const id of await listOwnerless(db)) await purgeTarget(db, id, batches);
}

/**
 * The first step of a deletion: other rows hold on to it still, but nobody sees it. Its name is free
 * again: no one may enter one that starts blank.
 */
export function hideTarget(db: Database, id: number, nowS: number): Promise<boolean> {
  return inTransaction(db, async (tx) => {
    await lockTargets(tx.kysely, [id]);
    const before = await getTarget(tx, id);
    const hidden = await tx.kysely
      .updateTable('targets')
      .set({
        deleted_at: nowS,
        name: ` deleted ${id}`,
        enabled: 0,
        api_key: '',
        listed_models: null,
      })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (!hidden || !before) return false;
    await renameInProxyKeys(tx, before.name, null);
    await tx.kysely.deleteFrom('model_states').where('target_id', '=', id).execute();
    await tx.kysely
      .updateTable('runs')
      .set({ status: 'error', error: 'deleted', finished_at: nowS })
      .where('target_id', '=', id)
      .where('status', '=', 'running')
      .execute();
    return true;
  });
}

/** The last step. Children first, by hand: a cascade would go through all of them at once. */
export async function purgeTarget(db: Database, id: number, batches: Batches): Promise<void> {
  for (const table of ['probe_totals', 'run_models', 'runs'] as const) {
    const isDone = await deleteInBatches(batches, async () => {
      const { numDeletedRows } = await db.kysely
        .deleteFrom(table)
        .where('id', 'in', (batch) =>
          batch.selectFrom(table).select('id').where('target_id', '=', id).limit(batches.batchSize),
        )
        .executeTakeFirstOrThrow();
      return numDeletedRows;
    });
    if (!isDone) return;
  }
  await db.kysely.deleteFrom('targets').where('id', '=', id).execute();
}

/** The targets that runs name but that are not there: the older tool enforced no keys. */
async function listOwnerless(db: Database): Promise<number[]> {
  const runs = await db.kysely
    .selectFrom('runs')
    .select('runs.target_id')
    .distinct()
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('targets')
            .select('targets.id')
            .whereRef('targets.id', '=', 'runs.target_id'),
        ),
      ),
    )
    .execute();
  return runs.map((run) => run.target_id);
}
