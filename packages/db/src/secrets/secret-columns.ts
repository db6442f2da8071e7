/** What the secret box binds each kind of secret to, so that one can't be used as another. */
export const apiKeyPurpose = 'targets.api_key';
export const secondFactorPurpose = 'second_factor.secret';

/** The settings of each token: what an admin chose at run time, and what a first start generated. */
export const tokenSettings = {
  apiToken: { chosen: 'runtime_api_monitor_token', made: 'generated_api_monitor_token' },
  visitorToken: {
    chosen: 'runtime_api_monitor_visitor_token',
    made: 'generated_api_monitor_visitor_token',
  },
  proxyMasterToken: { chosen: 'proxy_master_token', made: 'generated_proxy_master_token' },
} as const;

export type TokenName = keyof typeof tokenSettings;

/** The settings whose values are sealed. */
export const secretSettingKeys: readonly string[] = Object.values(tokenSettings).flatMap(
  ({ chosen, made }) => [chosen, made],
);

export function isSecretSetting(key: string): boolean {
  return secretSettingKeys.includes(key);
}

export function settingPurpose(key: string): string {
  return `app_settings.${key}`;
}
