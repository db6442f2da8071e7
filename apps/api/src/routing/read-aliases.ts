import { type AliasIndex, createAliasIndex, settingsInForce } from '@api-monitor/core';
import { type Database, readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';

/** The groups of names that are in force. */
export async function readAliases(
  { givenSettings }: Pick<ApiDeps, 'givenSettings'>,
  db: Database,
): Promise<AliasIndex> {
  return createAliasIndex(settingsInForce(await readSettings(db), givenSettings).model_aliases);
}
