import { maskSecret, type PlainSettings } from '@api-monitor/core';
import { type Database, readSettings } from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { readSecretsInForce, type SettingSource } from '../auth/secrets.ts';
import { maskedPassword } from './secret-fields.ts';
import type { SettingsItem } from './settings-schema.ts';

type Deps = Pick<ApiDeps, 'secrets' | 'givenSettings'>;
type Plain = { [Name in keyof PlainSettings]: NonNullable<PlainSettings[Name]> };

/** What holds where neither an admin nor the environment says otherwise. */
const defaults: Plain = {
  visitor_mode_enabled: false,
  log_cleanup_enabled: true,
  log_max_size_mb: 500,
  default_interval_min: 30,
};

/** The settings in force, secrets masked, and where each comes from. */
export async function readSettingsItem(db: Database, deps: Deps): Promise<SettingsItem> {
  const secrets = await readSecretsInForce(db, deps.secrets);
  const set = await readSettings(db);
  const given: Plain = { ...defaults, ...deps.givenSettings };
  const names = Object.keys(defaults) as (keyof Plain)[];
  const plainSource = (name: keyof Plain): SettingSource => {
    if (set[name] !== null) return 'admin';
    return given[name] === defaults[name] ? 'default' : 'environment';
  };
  const plain = Object.fromEntries(names.map((name) => [name, set[name] ?? given[name]]));
  const plainSources = Object.fromEntries(names.map((name) => [name, plainSource(name)]));
  return {
    api_monitor_token: maskSecret(secrets.apiToken?.value ?? ''),
    api_monitor_token_visitor: maskSecret(secrets.visitorToken?.value ?? ''),
    admin_panel_password: maskedPassword,
    proxy_master_token: maskSecret(secrets.proxyMasterToken?.value ?? ''),
    ...(plain as Plain),
    sources: {
      api_monitor_token: secrets.apiToken?.source ?? 'default',
      api_monitor_token_visitor: secrets.visitorToken?.source ?? 'default',
      admin_panel_password: secrets.adminPassword?.source ?? 'default',
      proxy_master_token: secrets.proxyMasterToken?.source ?? 'default',
      ...(plainSources as Record<keyof Plain, SettingSource>),
    },
  };
}
