import { type Database, getSettings, tokenSettings } from '@api-monitor/db';
import type { GivenSecrets } from './first-start.ts';

/** Where a setting comes from: an admin set it, the environment, the first start, or nobody. */
export const settingSources = ['admin', 'environment', 'generated', 'default'] as const;
export type SettingSource = (typeof settingSources)[number];

const { apiToken, visitorToken, proxyMasterToken } = tokenSettings;

/** Made at the first start. */
export const generatedKeys = {
  apiToken: apiToken.made,
  visitorToken: visitorToken.made,
  proxyMasterToken: proxyMasterToken.made,
  adminPassword: 'admin_panel_password_hash',
} as const;

/** Set at run time: they go before all others. */
export const runtimeKeys = {
  apiToken: apiToken.chosen,
  visitorToken: visitorToken.chosen,
  proxyMasterToken: proxyMasterToken.chosen,
  adminPassword: 'runtime_admin_panel_password_hash',
} as const;

export type SecretName = keyof typeof runtimeKeys;

export interface SecretInForce {
  /** Of the password its hash, but for that of the environment. */
  value: string;
  source: Exclude<SettingSource, 'default'>;
}

/** Each secret in force: what an admin set, else the environment's, else the made one; null: none. */
export async function readSecretsInForce(
  db: Database,
  given: GivenSecrets,
): Promise<Record<SecretName, SecretInForce | null>> {
  const keys = [...Object.values(runtimeKeys), ...Object.values(generatedKeys)];
  const stored = await getSettings(db, keys);
  const pick = (name: SecretName): SecretInForce | null => {
    const byAdmin = stored.get(runtimeKeys[name]);
    if (byAdmin) return { value: byAdmin, source: 'admin' };
    const byEnvironment = given[name];
    if (byEnvironment) return { value: byEnvironment, source: 'environment' };
    const made = stored.get(generatedKeys[name]);
    return made ? { value: made, source: 'generated' } : null;
  };
  return {
    apiToken: pick('apiToken'),
    visitorToken: pick('visitorToken'),
    proxyMasterToken: pick('proxyMasterToken'),
    adminPassword: pick('adminPassword'),
  };
}
