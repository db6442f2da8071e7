import type { ProxyKey } from '@api-monitor/core';
import { type Database, inTransaction } from '../engine/database.ts';
import { bitOf, parseColumn } from '../engine/json-column.ts';
import { lockProxyKeys } from '../engine/locks.ts';
import { nextRevision } from '../engine/next-revision.ts';
import type { ProxyKeyTableRow } from '../schema.ts';

const columns = [
  'id',
  'name',
  'key_prefix',
  'allowed_targets',
  'allowed_models',
  'description',
  'enabled',
  'created_at',
  'revoked_at',
  'last_used_at',
  'last_used_target_id',
  'expires_at',
  'rpm_limit',
  'tpm_limit',
] as const;

/** What is kept of a key's text. */
export interface ProxyKeySecret {
  /** SHA-256, in hex. */
  key_hash: string;
  /** The first characters, to tell keys apart. */
  key_prefix: string;
}

/** The fields of a proxy key that its owner sets. */
export type ProxyKeyInput = Pick<
  ProxyKey,
  | 'name'
  | 'allowed_target_ids'
  | 'allowed_models'
  | 'description'
  | 'enabled'
  | 'expires_at'
  | 'rpm_limit'
  | 'tpm_limit'
>;

/** All keys, revoked ones too, in the order of their making. */
export async function listProxyKeys(db: Database): Promise<ProxyKey[]> {
  const rows = await db.kysely.selectFrom('proxy_keys').select(columns).orderBy('id').execute();
  return rows.map(keyOf);
}

export async function getProxyKey(db: Database, id: number): Promise<ProxyKey | null> {
  const row = await db.kysely
    .selectFrom('proxy_keys')
    .select(columns)
    .where('id', '=', id)
    .executeTakeFirst();
  return row ? keyOf(row) : null;
}

/** The keys that a gateway must know: all but revoked ones, paused and expired ones too. */
export async function listGatewayKeys(db: Database): Promise<(ProxyKey & { key_hash: string })[]> {
  const rows = await db.kysely
    .selectFrom('proxy_keys')
    .select([...columns, 'key_hash'])
    .where('revoked_at', 'is', null)
    .execute();
  return rows.map(({ key_hash, ...row }) => ({ ...keyOf(row), key_hash }));
}

/** How often each key that is not revoked changed, its use apart; a revoked one is missing. */
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
  { key_hash, key_prefix, ...input }: ProxyKeyInput & ProxyKeySecret,
  nowS: number,
): Promise<ProxyKey> {
  const row = await db.kysely
    .insertInto('proxy_keys')
    .values({ ...storedInput(input), key_hash, key_prefix, created_at: nowS })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return keyOf(row);
}

/** Changes the fields that `patch` names; null where there is no such key or it is revoked. */
export async function updateProxyKey(
  db: Database,
  id: number,
  patch: Partial<ProxyKeyInput>,
): Promise<ProxyKey | null> {
  return inTransaction(db, async (tx) => {
    await lockProxyKeys(tx.kysely, [id]);
    const current = await getProxyKey(tx, id);
    if (!current) return null;
    return change(tx, id, storedInput({ ...inputOf(current), ...patch }));
  });
}

/** Ends a key for good; null where there is no such key or it is revoked already. */
export async function revokeProxyKey(
  db: Database,
  id: number,
  nowS: number,
): Promise<ProxyKey | null> {
  return change(db, id, { revoked_at: nowS });
}

/**
 * Gives the key another text: the old one holds no more. Null where there is no such key or it is
 * revoked.
 */
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
  values: Partial<ProxyKeyTableRow>,
): Promise<ProxyKey | null> {
  const row = await db.kysely
    .updateTable('proxy_keys')
    .set({ ...values, revision: nextRevision })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .returning(columns)
    .executeTakeFirst();
  return row ? keyOf(row) : null;
}

/** Names each field, so that one beyond ours can't slip into the statement. */
function inputOf(key: ProxyKey): ProxyKeyInput {
  const { name, allowed_target_ids, allowed_models, description } = key;
  const { enabled, expires_at, rpm_limit, tpm_limit } = key;
  const limits = { expires_at, rpm_limit, tpm_limit };
  return { name, allowed_target_ids, allowed_models, description, enabled, ...limits };
}

function storedInput({ allowed_target_ids, allowed_models, enabled, ...plain }: ProxyKeyInput) {
  return {
    ...plain,
    allowed_targets: JSON.stringify(allowed_target_ids),
    allowed_models: JSON.stringify(allowed_models),
    enabled: bitOf(enabled),
  };
}

function keyOf(row: Pick<ProxyKeyTableRow, (typeof columns)[number]>): ProxyKey {
  const { allowed_targets, allowed_models, enabled, ...plain } = row;
  return {
    ...plain,
    allowed_target_ids: parseColumn<number[]>(allowed_targets),
    allowed_models: parseColumn<string[]>(allowed_models),
    enabled: Boolean(enabled),
  };
}
