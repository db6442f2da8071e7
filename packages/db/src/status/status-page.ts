import {
  fieldKindsOf,
  namesOf,
  type StatusItem,
  type StatusPageSettings,
  statusItemShape,
} from '@api-monitor/core';
import { getSettings, setSettings } from '../admin/settings.ts';
import { createCodec } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import { lockName } from '../engine/locks.ts';

const { columns, toRow } = createCodec<StatusItem>(fieldKindsOf(statusItemShape));

const keys = {
  enabled: 'status_page_enabled',
  title: 'status_page_title',
  description: 'status_page_description',
} as const;

/** What an admin set of the status page; until then it is off. */
export async function readStatusPage(db: Database): Promise<StatusPageSettings> {
  const stored = await getSettings(db, Object.values(keys));
  return {
    enabled: stored.get(keys.enabled) === 'true',
    title: stored.get(keys.title) ?? 'Status',
    description: stored.get(keys.description) ?? '',
  };
}

export async function writeStatusPage(
  db: Database,
  settings: StatusPageSettings,
  nowS: number,
): Promise<void> {
  const values = namesOf(keys).map((name) => [keys[name], String(settings[name])]);
  await setSettings(db, Object.fromEntries(values), nowS);
}

export type StatusItemInput = Omit<StatusItem, 'id'>;

/** The lines of the status page in their order, without those of deleted channels. */
export async function listStatusItems(db: Database): Promise<StatusItem[]> {
  return db.kysely
    .selectFrom('status_items')
    .leftJoin('targets', 'targets.id', 'status_items.target_id')
    .select(columns.map((name) => `status_items.${name}` as const))
    .where('targets.deleted_at', 'is', null)
    .orderBy('status_items.sort_order')
    .execute();
}

/** Replaces all lines of the status page, in this order. */
export async function replaceStatusItems(
  db: Database,
  items: readonly StatusItemInput[],
): Promise<void> {
  await inTransaction(db, async (tx) => {
    await lockName(tx.kysely, 'status_items');
    await tx.kysely.deleteFrom('status_items').execute();
    if (items.length === 0) return;
    const rows = items.map((item, sort_order) => ({ ...toRow(item), sort_order }));
    await tx.kysely.insertInto('status_items').values(rows).execute();
  });
}
