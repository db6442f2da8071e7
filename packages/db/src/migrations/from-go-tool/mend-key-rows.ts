import type { Kysely } from 'kysely';
import type { Bit, Schema } from '../../schema.ts';
import { readBit, readText, readTime, readWhole } from './read-old-value.ts';

/** Brings every proxy key into its form, its lists apart. One that can't be read opens nothing. */
export async function mendKeyRows(db: Kysely<Schema>, nowS: number): Promise<void> {
  const rows = await db
    .selectFrom('proxy_keys')
    .select(['id', 'name', 'key_hash', 'key_prefix', 'allowed_targets', 'allowed_models'])
    .select(['description', 'enabled', 'created_at', 'revoked_at', 'last_used_at'])
    .select('last_used_target_id')
    .execute();
  for (const row of rows) {
    const hash = readText(row.key_hash);
    const enabled: Bit = hash === null ? 0 : (readBit(row.enabled) ?? 0);
    await db
      .updateTable('proxy_keys')
      .set({
        name: readText(row.name) ?? `Key ${row.id}`,
        // No SHA-256 looks like this: nothing that a client sends is ever this key.
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

/** A revocation that can't be read is one all the same. */
function isBlank(value: unknown): boolean {
  return value === null || value === '' || value === 0;
}
