import type { Kysely } from 'kysely';
import type { Bit, Schema } from '../../schema.ts';

/**
 * Gives the lists of the older tool's keys the form that this room's queries trust. No list at all
 * means "all", as an empty one does; what can't be read must not open everything: that key is paused.
 */
export async function mendProxyKeys(db: Kysely<Schema>): Promise<void> {
  const keys = await db
    .selectFrom('proxy_keys')
    .select(['id', 'enabled', 'allowed_targets', 'allowed_models'])
    .execute();
  for (const key of keys) {
    const targets = listOf(key.allowed_targets, (entry) => Number.isInteger(entry));
    const models = listOf(key.allowed_models, (entry) => typeof entry === 'string');
    const enabled: Bit = targets && models ? key.enabled : 0;
    const lists = { allowed_targets: targets ?? '[]', allowed_models: models ?? '[]' };
    await db
      .updateTable('proxy_keys')
      .set({ ...lists, enabled })
      .where('id', '=', key.id)
      .execute();
  }
}

/** The list as JSON text; null where the text is none or holds what it must not. */
function listOf(text: string, isEntry: (entry: unknown) => boolean): string | null {
  if (text.trim() === '') return '[]';
  try {
    const value: unknown = JSON.parse(text) ?? [];
    return Array.isArray(value) && value.every(isEntry) ? JSON.stringify(value) : null;
  } catch {
    return null;
  }
}
