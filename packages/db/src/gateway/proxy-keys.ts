import {
  fieldKindsOf,
  type ProxyKey,
  type ProxyKeyInput,
  proxyKeyDefaults,
  proxyKeyShape,
} from '@api-monitor/core';
import type { Updateable } from 'kysely';
import { createCodec, nextRevision, parseColumn } from '../engine/columns.ts';
import type { Database } from '../engine/database.ts';
import { lockProxyKeys } from '../engine/locks.ts';
import type { Schema } from '../schema.ts';

const { columns: fields, toRow, fromRow } = createCodec<ProxyKey>(fieldKindsOf(proxyKeyShape));

/** The older tool gave this column another name than the wire. */
const columns = fields.map((name) =>
  name === 'allowed_target_ids' ? ('allowed_targets as allowed_target_ids' as const) : name,
);

/** What is stored of a key's text. */
export interface ProxyKeySecret {
  key_hash: string;
  /** The first characters, to tell keys apart. */
  key_prefix: string;
}

/** What isn't given has its default. */
type NewProxyKey = ProxyKeySecret &
  Pick<ProxyKeyInput, 'name' | 'allowed_target_ids'> &
  Partial<ProxyKeyInput>;

/** All keys, revoked ones too, in the order in which they were created. */
export async function listProxyKeys(db: Database): Promise<ProxyKey[]> {
  const rows = await db.kysely.selectFrom('proxy_keys').select(columns).orderBy('id').execute();
  return rows.map(fromRow);
}

export async function getProxyKey(db: Database, id: number): Promise<ProxyKey | null> {
  const row = await db.kysely
    .selectFrom('proxy_keys')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** The keys that a gateway must know: all that aren't revoked, including paused and expired ones. */
export async function listGatewayKeys(
  db: Database,
): Promise<(ProxyKey & { key_hash: string; revision: number })[]> {
  const rows = await db.kysely
    .selectFrom('proxy_keys')
    .select([...columns, 'key_hash', 'revision'])
    .where('revoked_at', 'is', null)
    .execute();
  return rows.map(fromRow);
}

/** How often each key changed, not counting its use; revoked keys are left out. */
export async function listProxyKeyRevisions(
  db: Database,
): Promise<{ id: number; revision: number }[]> {
  return db.kysely
    .selectFrom('proxy_keys')
    .select(['id', 'revision'])
    .where('revoked_at', 'is', null)
    .execute();
}

export async function createProxyKey(
  db: Database,
  { key_hash, key_prefix, ...input }: NewProxyKey,
  nowS: number,
): Promise<ProxyKey> {
  const { allowed_target_ids: allowed_targets, ...row } = toRow({
    ...proxyKeyDefaults,
    ...input,
  });
  const created = await db.kysely
    .insertInto('proxy_keys')
    .values({ ...row, allowed_targets, key_hash, key_prefix, created_at: nowS })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return fromRow(created);
}

/** Changes the fields that `patch` names; null if there is no such key or it is revoked. */
export async function updateProxyKey(
  db: Database,
  id: number,
  patch: Partial<ProxyKeyInput>,
): Promise<ProxyKey | null> {
  const { allowed_target_ids: allowed_targets, ...row } = toRow(patch);
  return change(db, id, { ...row, allowed_targets });
}

/** Ends a key for good; null if there is no such key or it is revoked already. */
export async function revokeProxyKey(
  db: Database,
  id: number,
  nowS: number,
): Promise<ProxyKey | null> {
  return change(db, id, { revoked_at: nowS });
}

/** Replaces the key's text; null if there is no such key or it is revoked. */
export async function regenerateProxyKey(
  db: Database,
  id: number,
  { key_hash, key_prefix }: ProxyKeySecret,
): Promise<ProxyKey | null> {
  return change(db, id, { key_hash, key_prefix });
}

async function change(
  db: Database,
  id: number,
  values: Updateable<Schema['proxy_keys']>,
): Promise<ProxyKey | null> {
  const row = await db.kysely
    .updateTable('proxy_keys')
    .set({ ...values, revision: nextRevision })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning(columns)
    .executeTakeFirst();
  return row ? fromRow(row) : null;
}

/**
 * Keys name their models as `channel/model`: the entries of a renamed channel get its new name, those of
 * a deleted one (`to` is null) are removed. A key that would lose its last entry is paused, because an empty list
 * means everything. Belongs in the transaction that renames or deletes.
 */
export async function renameInProxyKeys(
  db: Database,
  from: string,
  to: string | null,
): Promise<void> {
  await lockProxyKeys(db.kysely);
  const keys = await db.kysely.selectFrom('proxy_keys').select(['id', 'allowed_models']).execute();
  for (const { id, allowed_models } of keys) {
    const models = parseColumn<string[]>(allowed_models);
    const own = (model: string) => model.startsWith(`${from}/`);
    if (!models.some(own)) continue;
    const next = models.flatMap((model) => {
      if (!own(model)) return [model];
      return to === null ? [] : [`${to}${model.slice(from.length)}`];
    });
    const isEmptied = next.length === 0;
    await db.kysely
      .updateTable('proxy_keys')
      .set({
        allowed_models: JSON.stringify(isEmptied ? models : next),
        revision: nextRevision,
        ...(isEmptied ? { enabled: 0 } : {}),
      })
      .where('id', '=', id)
      .execute();
  }
}
