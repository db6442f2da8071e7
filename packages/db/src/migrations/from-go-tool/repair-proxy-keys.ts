import type { Kysely } from 'kysely';
import type { Bit } from '../../engine/columns.ts';
import type { AnySchema } from '../steps/any-schema.ts';
import { proxyKeysColumns } from './first-columns.ts';
import { readBit, readText, readTime, readWhole } from './read-old-value.ts';

/** Brings every proxy key into its form, except its lists. A key that can't be read opens nothing. */
export async function repairKeyRows(db: Kysely<AnySchema>, nowS: number): Promise<void> {
  const rows = await db
    .selectFrom('proxy_keys')
    .select(proxyKeysColumns.map(({ name }) => name))
    .execute();
  for (const row of rows) {
    const hash = readText(row.key_hash);
    const enabled = hash === null ? 0 : (readBit(row.enabled) ?? 0);
    await db
      .updateTable('proxy_keys')
      .set({
        name: readText(row.name) ?? `Key ${row.id}`,
        // Not the form of a SHA-256, so no key of a client ever matches it.
        key_hash: hash ?? `unknown-${row.id}`,
        key_prefix: readText(row.key_prefix) ?? '',
        allowed_targets: readText(row.allowed_targets) ?? '[]',
        allowed_models: readText(row.allowed_models) ?? '[]',
        description: readText(row.description) ?? '',
        enabled,
        created_at: readTime(row.created_at) ?? nowS,
        revoked_at: isBlank(row.revoked_at) ? null : (readTime(row.revoked_at) ?? nowS),
        last_used_at: readTime(row.last_used_at),
        last_used_target_id: readWhole(row.last_used_target_id, 1, Number.MAX_SAFE_INTEGER),
      })
      .where('id', '=', row.id)
      .execute();
  }
}

/** A revocation that can't be read still counts as one. */
function isBlank(value: unknown): boolean {
  return value === null || value === '' || value === 0;
}

/**
 * Brings the lists of the older tool's keys into their form. A missing list means "all", as an empty one
 * does; a key whose list can't be read must not open everything and is paused.
 */
export async function repairKeyLists(db: Kysely<AnySchema>): Promise<void> {
  const keys = await db
    .selectFrom('proxy_keys')
    .select(['id', 'enabled', 'allowed_targets', 'allowed_models'])
    .$castTo<{ id: number; enabled: Bit; allowed_targets: string; allowed_models: string }>()
    .execute();
  for (const key of keys) {
    const targets = listOf(key.allowed_targets, (entry) => Number.isInteger(entry));
    const models = listOf(key.allowed_models, (entry) => typeof entry === 'string');
    const enabled = targets && models ? key.enabled : 0;
    const lists = { allowed_targets: targets ?? '[]', allowed_models: models ?? '[]' };
    await db
      .updateTable('proxy_keys')
      .set({ ...lists, enabled })
      .where('id', '=', key.id)
      .execute();
  }
}

/** The list as JSON text; null if the text isn't a list or has a bad entry. */
function listOf(text: string, isEntry: (entry: unknown) => boolean): string | null {
  if (text.trim() === '') return '[]';
  try {
    const value: unknown = JSON.parse(text) ?? [];
    return Array.isArray(value) && value.every(isEntry) ? JSON.stringify(value) : null;
  } catch {
    return null;
  }
}
