import { AppError, type Target, type TargetInput, type TargetPatch } from '@api-monitor/core';
import { chunksOf } from '../engine/chunks-of.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { bitOf } from '../engine/json-column.ts';
import { lockName, lockTargets } from '../engine/locks.ts';
import { nextRevision } from '../engine/next-revision.ts';
import { renameInProxyKeys } from '../gateway/rename-in-proxy-keys.ts';
import type { TargetTableRow } from '../schema.ts';
import { apiKeyPurpose } from '../secrets/secret-columns.ts';
import { nextSortOrder } from './sort-order.ts';
import { targetColumns, targetOf } from './target-row.ts';

/** All targets in the order that the user gave them. */
export async function listTargets(db: Database): Promise<Target[]> {
  const rows = await db.kysely
    .selectFrom('targets')
    .select(targetColumns)
    .where('deleted_at', 'is', null)
    .orderBy('sort_order')
    .orderBy('id')
    .execute();
  return rows.map(targetOf);
}

/** Those of `ids` that exist, in no particular order. */
export async function listTargetsByIds(db: Database, ids: readonly number[]): Promise<Target[]> {
  const targets: Target[] = [];
  for (const chunk of chunksOf(ids)) {
    const rows = await db.kysely
      .selectFrom('targets')
      .select(targetColumns)
      .where('deleted_at', 'is', null)
      .where('id', 'in', chunk)
      .execute();
    targets.push(...rows.map(targetOf));
  }
  return targets;
}

/** How often each target changed: a gateway reads anew those whose number is another. */
export async function listTargetRevisions(
  db: Database,
): Promise<{ id: number; revision: number }[]> {
  return db.kysely
    .selectFrom('targets')
    .select(['id', 'revision'])
    .where('deleted_at', 'is', null)
    .execute();
}

export async function getTarget(db: Database, id: number): Promise<Target | null> {
  const row = await db.kysely
    .selectFrom('targets')
    .select(targetColumns)
    .where('deleted_at', 'is', null)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? targetOf(row) : null;
}

export async function findTargetByName(db: Database, name: string): Promise<Target | null> {
  const row = await db.kysely
    .selectFrom('targets')
    .select(targetColumns)
    .where('deleted_at', 'is', null)
    .where('name', '=', name)
    .executeTakeFirst();
  return row ? targetOf(row) : null;
}

/** The target's API key in the clear. Throws AppError `encryption_key_mismatch`. */
export function openApiKey(db: Database, target: Pick<Target, 'api_key'>): string {
  return db.secretBox.open(target.api_key, apiKeyPurpose);
}

/**
 * Stores a new target, its key sealed; a null `sort_order` puts it after the last.
 * Throws AppError `conflict` where the name is taken.
 */
export async function createTarget(
  db: Database,
  input: TargetInput,
  nowS: number,
): Promise<Target> {
  return inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'target_list');
    await refuseTakenName(tx, input.name, null);
    const row = await tx.kysely
      .insertInto('targets')
      .values({
        ...input,
        api_key: tx.secretBox.seal(input.api_key, apiKeyPurpose),
        enabled: bitOf(input.enabled),
        verify_ssl: bitOf(input.verify_ssl),
        visitor_channel_actions_enabled: bitOf(input.visitor_channel_actions_enabled),
        selected_models: JSON.stringify(input.selected_models),
        sort_order: input.sort_order ?? (await nextSortOrder(tx.kysely)),
        created_at: nowS,
        updated_at: nowS,
        last_total: 0,
        last_success: 0,
        last_fail: 0,
      })
      .returning(targetColumns)
      .executeTakeFirstOrThrow();
    return targetOf(row);
  });
}

/**
 * Changes the fields that `patch` names (a new `api_key` comes in the clear); null where there is no
 * such target. Throws AppError `conflict` where the name is taken.
 */
export async function updateTarget(
  db: Database,
  id: number,
  patch: TargetPatch,
  nowS: number,
): Promise<Target | null> {
  return inTransaction(db, async (tx) => {
    if (patch.name !== undefined) await lockName(tx.kysely, 'target_list');
    await lockTargets(tx.kysely, [id]);
    if (patch.name !== undefined) await rename(tx, id, patch.name);
    const row = await tx.kysely
      .updateTable('targets')
      .set({ ...columnsOfPatch(tx, patch), updated_at: nowS, revision: nextRevision })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .returning(targetColumns)
      .executeTakeFirst();
    return row ? targetOf(row) : null;
  });
}

/** What follows a new name of the target `id`; the target itself is the caller's to change. */
async function rename(db: Database, id: number, name: string): Promise<void> {
  await refuseTakenName(db, name, id);
  const before = await getTarget(db, id);
  if (before && before.name !== name) await renameInProxyKeys(db, before.name, name);
}

async function refuseTakenName(db: Database, name: string, ownId: number | null): Promise<void> {
  const holder = await findTargetByName(db, name);
  if (holder && holder.id !== ownId) {
    const message = `name: a channel named "${name}" exists already`;
    throw new AppError('conflict', message, { fields: { name: { code: 'taken' } } });
  }
}

function columnsOfPatch(db: Database, patch: TargetPatch): Partial<TargetTableRow> {
  const { api_key, enabled, verify_ssl, visitor_channel_actions_enabled, ...rest } = patch;
  const { selected_models, ...plain } = rest;
  return {
    ...plain,
    ...(api_key === undefined ? {} : { api_key: db.secretBox.seal(api_key, apiKeyPurpose) }),
    ...(enabled === undefined ? {} : { enabled: bitOf(enabled) }),
    ...(verify_ssl === undefined ? {} : { verify_ssl: bitOf(verify_ssl) }),
    ...(visitor_channel_actions_enabled === undefined
      ? {}
      : { visitor_channel_actions_enabled: bitOf(visitor_channel_actions_enabled) }),
    ...(selected_models === undefined ? {} : { selected_models: JSON.stringify(selected_models) }),
  };
}
