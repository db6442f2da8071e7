/** What the secret box binds each kind of secret to, so that one can't be passed off as another. */
export const apiKeyPurpose = 'targets.api_key';
export const secondFactorPurpose = 'second_factor.secret';

/** The settings whose values are sealed; the first three have the older tool's names. */
export const secretSettingKeys = [
  'runtime_api_monitor_token',
  'runtime_api_monitor_visitor_token',
  'proxy_master_token',
  'generated_api_monitor_token',
  'generated_api_monitor_visitor_token',
  'generated_proxy_master_token',
] as const;

export function isSecretSetting(key: string): boolean {
  return secretSettingKeys.some((secretKey) => secretKey === key);
}

export function settingPurpose(key: string): string {
  return `app_settings.${key}`;
}
