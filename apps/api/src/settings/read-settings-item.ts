import {
  maskSecret,
  recordOf,
  type SettingValues,
  settingNames,
  settingRules,
} from '@api-monitor/core';
import { type Database, readSecrets, readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import type { SettingSource } from '../auth/secrets.ts';
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
  const defaults = recordOf(settingNames, (name) => settingRules[name].default);
  const given = { ...defaults, ...deps.givenSettings };
  const plainSource = (name: (typeof settingNames)[number]): SettingSource => {
    if (set[name] !== null) return 'admin';
    return given[name] === defaults[name] ? 'default' : 'environment';
  };
  // Each value is of its setting's type.
  const plain = recordOf(settingNames, (name) => set[name] ?? given[name]) as SettingValues;
  return {
    ...recordOf(secretFieldNames, (name) => maskSecret(secrets[secretFields[name]]?.value ?? '')),
    admin_panel_password: maskedPassword,
    ...plain,
    sources: {
      ...recordOf(secretFieldNames, (name) => secrets[secretFields[name]]?.source ?? 'default'),
      ...recordOf(settingNames, plainSource),
    },
  };
}
