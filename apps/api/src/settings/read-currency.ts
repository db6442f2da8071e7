import { settingsInForce } from '@api-monitor/core';
import { readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';

/** What amounts of money are called. */
export async function readCurrency({
  db,
  givenSettings,
}: Pick<ApiDeps, 'db' | 'givenSettings'>): Promise<string> {
  return settingsInForce(await readSettings(db), givenSettings).currency;
}
