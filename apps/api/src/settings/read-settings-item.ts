import {
  maskSecret,
  recordOf,
  settingNames,
  settingsInForce,
  sourceOfSetting,
} from '@api-monitor/core';
import { type Database, readSecrets, readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import {
  maskedPassword,
  type SettingsItem,
  secretFieldNames,
  secretFields,
} from './settings-schema.ts';

type Deps = Pick<ApiDeps, 'secrets' | 'givenSettings'>;

/** The settings in force, secrets masked, and where each comes from. */
export async function readSettingsItem(db: Database, deps: Deps): Promise<SettingsItem> {
  const secrets = await readSecrets(db, deps.secrets);
  const set = await readSettings(db);
  return {
    ...recordOf(secretFieldNames, (name) => maskSecret(secrets[secretFields[name]]?.value ?? '')),
    admin_panel_password: maskedPassword,
    ...settingsInForce(set, deps.givenSettings),
    sources: {
      ...recordOf(secretFieldNames, (name) => secrets[secretFields[name]]?.source ?? 'default'),
      ...recordOf(settingNames, (name) => sourceOfSetting(name, set, deps.givenSettings)),
    },
  };
}
