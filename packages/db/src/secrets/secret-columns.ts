import type { SecretTargetField } from '@api-monitor/core';

/** What the secret box binds each kind of secret to, so that one can't be used as another. */
export function targetPurpose(field: SecretTargetField | 'keys'): string {
  return `targets.${field}`;
}

export const destinationPurpose = 'destinations.config';

export const secondFactorPurpose = 'second_factor.secret';

/** The settings of each secret: what an admin set at run time, and what the first start generated. */
export const secretSettings = {
  apiToken: { chosen: 'runtime_api_monitor_token', made: 'generated_api_monitor_token' },
  visitorToken: {
    chosen: 'runtime_api_monitor_visitor_token',
    made: 'generated_api_monitor_visitor_token',
  },
  proxyMasterToken: { chosen: 'proxy_master_token', made: 'generated_proxy_master_token' },
  adminPassword: { chosen: 'runtime_admin_panel_password_hash', made: 'admin_panel_password_hash' },
} as const;

export type SecretName = keyof typeof secretSettings;

const { adminPassword: _hashes, ...tokens } = secretSettings;

/** The settings whose values are sealed; the password is stored as its hash. */
export const secretSettingKeys: readonly string[] = Object.values(tokens).flatMap(Object.values);

export function isSecretSetting(key: string): boolean {
  return secretSettingKeys.includes(key);
}

export function settingPurpose(key: string): string {
  return `app_settings.${key}`;
}
