import {
  AppError,
  fieldKindsOf,
  nextKeyRecheck,
  parsePathRule,
  type SecretTargetField,
  secretTargetFields,
  type Target,
  type TargetInput,
  type TargetPatch,
  targetShape,
  type UpstreamTarget,
} from '@api-monitor/core';
import { noteBalanceChange } from '../balances/forget-balances.ts';
import { chunksOf } from '../engine/chunks-of.ts';
import { createCodec, nextRevision } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockName, lockTargets } from '../engine/locks.ts';
import { renameInProxyKeys } from '../gateway/proxy-keys.ts';
import { forgetRoutes, leaveOutExcluded } from '../model-states/write-model-states.ts';
import { targetPurpose } from '../secrets/secret-columns.ts';
import { nextSortOrder } from './sort-order.ts';
import { channelKeysOf, openKeys, withStoredKeys } from './target-keys.ts';

export const targetCodec = createCodec<Target>(fieldKindsOf(targetShape));
const { columns, toRow, fromRow } = targetCodec;

/** Targets that aren't deleted, every field. */
export function selectTargets({ kysely }: Database) {
  return kysely.selectFrom('targets').select(columns).where('deleted_at', 'is', null);
}

/** All targets in the order that the user gave them. */
export async function listTargets(db: Database): Promise<Target[]> {
  const rows = await selectTargets(db).orderBy('sort_order').orderBy('id').execute();
  return rows.map(fromRow);
}

/** The ids and names of all targets, in no particular order. */
export async function listTargetNames({
  kysely,
}: Database): Promise<{ id: number; name: string }[]> {
  return kysely
    .selectFrom('targets')
    .select(['id', 'name'])
    .where('deleted_at', 'is', null)
    .execute();
}

/** Those of `ids` that exist, in no particular order. */
export async function listTargetsByIds(db: Database, ids: readonly number[]): Promise<Target[]> {
  const targets: Target[] = [];
  for (const chunk of chunksOf(ids)) {
    const rows = await selectTargets(db).where('id', 'in', chunk).execute();
    targets.push(...rows.map(fromRow));
  }
  return targets;
}

/** How often each target has changed: a gateway reads a target again if its number is another one. */
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
  const row = await selectTargets(db).where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

export async function findTargetByName(db: Database, name: string): Promise<Target | null> {
  const row = await selectTargets(db).where('name', '=', name).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** The target's API key in the clear. Throws AppError `encryption_key_mismatch`. */
export function openApiKey(db: Database, target: Pick<Target, 'api_key'>): string {
  return db.secretBox.open(target.api_key, targetPurpose('api_key'));
}

/** The target's `proxy_url` with its password. Throws AppError `encryption_key_mismatch`. */
export function openProxyUrl(db: Database, { proxy_url }: Pick<Target, 'proxy_url'>) {
  return proxy_url === null ? null : db.secretBox.open(proxy_url, targetPurpose('proxy_url'));
}

/** The target with its secrets in the clear. Throws AppError `encryption_key_mismatch`. */
export function openTarget(db: Database, target: Target): Target {
  const keys = target.keys.length > 0 ? openKeys(db, target) : [];
  const secrets = { api_key: openApiKey(db, target), proxy_url: openProxyUrl(db, target) };
  return { ...target, ...secrets, keys };
}

/** What is needed to reach a target with its first key. Throws AppError `encryption_key_mismatch`. */
export function upstreamTargetOf(db: Database, target: Target): UpstreamTarget {
  return openedUpstreamTarget(openTarget(db, target));
}

/** The same for a channel whose secrets are in the clear. */
export function openedUpstreamTarget(
  channel: Pick<Target, 'id'> & Omit<TargetInput, 'sort_order'>,
): UpstreamTarget {
  const { id, base_url: baseUrl, api_key: apiKey, ...opened } = channel;
  const allKeys = opened.keys.map((key) => key.api_key);
  return {
    ...{ id, baseUrl, apiKey },
    ...(allKeys.length > 0 ? { allKeys } : {}),
    verifySsl: opened.verify_ssl,
    proxyUrl: opened.proxy_url,
    caCertificate: opened.ca_certificate,
    userAgent: opened.user_agent,
    headers: opened.headers,
    paths: opened.paths,
  };
}

/** What only code sets: where it keeps the channel; null: it no longer manages it. */
type CodeMark = Partial<Pick<Target, 'managed_by'>>;

type Secrets = Pick<TargetPatch, SecretTargetField>;

/** The secrets that are given, sealed. */
function sealed({ secretBox }: Database, given: Secrets): Secrets {
  const secrets = secretTargetFields.flatMap((field) => {
    const value = given[field];
    return typeof value === 'string' ? [[field, secretBox.seal(value, targetPurpose(field))]] : [];
  });
  return Object.fromEntries(secrets);
}

/**
 * Stores a new target, its secrets sealed; a null `sort_order` puts it after the last.
 * Throws AppError `conflict` if the name is taken.
 */
export async function createTarget(
  db: Database,
  input: TargetInput & CodeMark,
  nowS: number,
): Promise<Target> {
  return inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'target_list');
    await refuseTakenName(tx, input.name, null);
    const { sort_order, ...fields } = input;
    const given = withStoredKeys(tx, null, fields);
    const row = await tx.kysely
      .insertInto('targets')
      .values({
        ...toRow({
          ...fields,
          key_states: [],
          ...given,
          ...sealed(tx, given),
          sort_order: sort_order ?? (await nextSortOrder(tx.kysely)),
        }),
        created_at: nowS,
        updated_at: nowS,
        last_total: 0,
        last_success: 0,
        last_fail: 0,
      })
      .returning(columns)
      .executeTakeFirstOrThrow();
    return fromRow(row);
  });
}

/**
 * Changes the fields that `patch` names (new secrets come in the clear), and ends the channel's fault if
 * `fault` is null; another address forgets what is known about the models. null if there is no such target. Throws AppError `conflict` if the name is taken.
 */
export async function updateTarget(
  db: Database,
  id: number,
  patch: TargetPatch & CodeMark & { fault?: null },
  nowS: number,
): Promise<Target | null> {
  return inTransaction(db, async (tx) => {
    if (patch.name !== undefined) await lockName(tx.kysely, 'target_list');
    await lockTargets(tx.kysely, [id]);
    if (patch.name !== undefined) await rename(tx, id, patch.name);
    const before = await getTarget(tx, id);
    if (!before) return null;
    const { base_url } = patch;
    const isMoved = base_url !== undefined && before.base_url !== base_url;
    await noteBalanceChange(tx.kysely, id, { before, patch, nowS });
    if (isMoved) await forgetKnowledge(tx, id);
    else if (patch.paths) await forgetRoutes(tx, id, changedRoutes(before.paths, patch.paths));
    const given = withStoredKeys(tx, before, patch);
    const row = await tx.kysely
      .updateTable('targets')
      .set({
        ...toRow({ ...given, ...sealed(tx, given) }),
        ...(given.key_states ? { key_recheck_at: nextRecheckOf({ ...before, ...given }) } : {}),
        updated_at: nowS,
        revision: nextRevision,
      })
      .where('id', '=', id)
      .where('deleted_at', 'is', null)
      .returning(columns)
      .executeTakeFirst();
    if (!row) return null;
    const target = fromRow(row);
    if (patch.exclude) await leaveOutExcluded(tx, target, nowS);
    return target;
  });
}

function nextRecheckOf(target: Pick<Target, 'keys' | 'key_states'>): number | null {
  const keys = channelKeysOf(target);
  return keys ? (nextKeyRecheck(keys)?.at ?? null) : null;
}

/** The routes that have another path now, or that are served or not. */
function changedRoutes(before: readonly string[], now: readonly string[]): string[] {
  const changed = [...before, ...now].filter(
    (line) => !(before.includes(line) && now.includes(line)),
  );
  return changed.map((line) => parsePathRule(line).route);
}

/** What was learnt at another address says nothing about a new one. */
async function forgetKnowledge({ kysely }: Database, id: number): Promise<void> {
  await kysely
    .updateTable('model_states')
    .set({ evidence: '[]', recheck_at: null, remembered: null })
    .where('target_id', '=', id)
    .execute();
  await kysely
    .updateTable('targets')
    .set({ list_way: null, probe_concurrency: null })
    .set({ certificate_read_at: null, certificate_ends_at: null })
    .where('id', '=', id)
    .execute();
}

/** Checks a new name and renames the target in proxy keys; the caller changes the target itself. */
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
