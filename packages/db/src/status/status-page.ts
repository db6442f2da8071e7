import type { StatusPageSettings } from '@api-monitor/core';
import { getSettings, setSettings } from '../admin/settings.ts';
import type { Database } from '../engine/database.ts';

const keys = {
  enabled: 'status_page_enabled',
  title: 'status_page_title',
  description: 'status_page_description',
} as const;

/** What was set of the status page; before that it is off. */
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
  { enabled, title, description }: StatusPageSettings,
  nowS: number,
): Promise<void> {
  const values = {
    [keys.enabled]: String(enabled),
    [keys.title]: title,
    [keys.description]: description,
  };
  await setSettings(db, values, nowS);
}
