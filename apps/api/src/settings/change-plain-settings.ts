import {
  changesBetween,
  type SettingValues,
  settingsInForce,
  settingText,
} from '@api-monitor/core';
import { inTransaction, lockSettings, readSettings, setSettings } from '@api-monitor/db';
import type { Context } from 'hono';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiEnv } from '../router.ts';

/** Changes settings by what is in force, with an audit entry; every process follows within a second. */
export async function changePlainSettings(
  { db, bus, now, givenSettings }: Pick<ApiDeps, 'db' | 'bus' | 'now' | 'givenSettings'>,
  c: Context<ApiEnv>,
  edit: (current: SettingValues) => Partial<SettingValues>,
): Promise<void> {
  const stored = await inTransaction(db, async (tx) => {
    await lockSettings(tx);
    const before = settingsInForce(await readSettings(tx), givenSettings);
    const after = { ...before, ...edit(before) };
    const changes = changesBetween(before, after);
    const texts = Object.fromEntries(
      changes.map(({ field }) => [field, settingText(after[field as keyof SettingValues])]),
    );
    if (changes.length === 0) return texts;
    await setSettings(tx, texts, now());
    await c.var.audit(tx, 'settings.changed', null, changes);
    return texts;
  });
  const keys = Object.keys(stored);
  if (keys.length > 0) await bus.events.publish({ type: 'settings_changed', data: { keys } });
}
