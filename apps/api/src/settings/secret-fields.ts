import { namesOf } from '@api-monitor/core';
import type { SecretName } from '../auth/secrets.ts';

/** The secrets among the settings, by their names on the wire. */
export const secretFields = {
  api_monitor_token: 'apiToken',
  api_monitor_token_visitor: 'visitorToken',
  admin_panel_password: 'adminPassword',
  proxy_master_token: 'proxyMasterToken',
} as const satisfies Record<string, SecretName>;

export type SecretField = keyof typeof secretFields;
export const secretFieldNames = namesOf(secretFields);

/** A password is stored as its hash, so no part of it can be shown. */
export const maskedPassword = '…';
