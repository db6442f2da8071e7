import { endOfCut } from '@api-monitor/core';
import { sql } from 'kysely';
import { type Database, inTransaction } from '../engine/database.ts';
import { type Batches, deleteRows } from '../engine/delete-batches.ts';
import { lockTargets } from '../engine/locks.ts';
import { renameInProxyKeys } from '../gateway/proxy-keys.ts';
import { runCodec } from '../runs/run-codec.ts';
import { getTarget } from './targets.ts';

const batchSize = 200;

/**
 * Deletes the target. It, its key and its states are gone for everyone at once; its runs and their rows
 * follow in batches, between which other work runs. `purgeDeleted` finishes what a crash interrupts.
 * Returns false if there is no such target.
 */
export async function deleteTarget(db: Database, id: number, nowS: number): Promise<boolean> {
  if (!(await hideTarget(db, id, nowS))) return false;
  await purgeTarget(db, id, { batchSize });
  return true;
}

/** Finishes interrupted deletions and removes runs that no target owns. */
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
 * The first step of a deletion: other rows still refer to the target, but nobody sees it. Its name is
 * free again, because a name that a person enters can't start with a blank.
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
        keys: '[]',
        key_states: '[]',
        key_recheck_at: null,
        proxy_url: null,
        listed_models: null,
      })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    if (!hidden || !before) return false;
    await renameInProxyKeys(tx, before.name, null);
    await tx.kysely.deleteFrom('channel_balances').where('target_id', '=', id).execute();
    await tx.kysely.deleteFrom('model_states').where('target_id', '=', id).execute();
    await tx.kysely
      .updateTable('runs')
      .set({ status: 'error', ...runCodec.toRow(endOfCut('target_deleted')), finished_at: nowS })
      .where('target_id', '=', id)
      .where('status', '=', 'running')
      .execute();
    return true;
  });
}

/** The last step. Deletes the children first: a cascade would go through all of them at once. */
export async function purgeTarget(db: Database, id: number, batches: Batches): Promise<void> {
  for (const table of ['balances', 'probe_totals', 'run_models', 'runs'] as const) {
    const { isDone } = await deleteRows(db, table, sql`target_id = ${id}`, batches);
    if (!isDone) return;
  }
  await db.kysely.deleteFrom('targets').where('id', '=', id).execute();
}

/** Targets that runs name but that don't exist: the older tool enforced no foreign keys. */
async function listOwnerless({ kysely }: Database): Promise<number[]> {
  const { rows } = await sql<{ target_id: number }>`select distinct target_id from runs
    where not exists (select id from targets where id = runs.target_id)`.execute(kysely);
  return rows.map((row) => row.target_id);
}
