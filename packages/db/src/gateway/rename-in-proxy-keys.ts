import type { Database } from '../engine/database.ts';
import { bitOf, parseColumn } from '../engine/json-column.ts';
import { lockProxyKeys } from '../engine/locks.ts';
import { nextRevision } from '../engine/next-revision.ts';

/**
 * Keys name their models as `channel/model`: a channel that gets another name takes its keys along,
 * and one that is deleted (`null`) leaves them. A key that would be left without any is paused, since
 * an empty list means everything. Belongs into the transaction that renames or deletes.
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
        ...(isEmptied ? { enabled: bitOf(false) } : {}),
      })
      .where('id', '=', id)
      .execute();
  }
}
