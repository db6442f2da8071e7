import { randomBytes } from 'node:crypto';
import {
  type Database,
  ensureSetting,
  getSetting,
  getSettings,
  readSettings,
  tokenSettings,
} from '@api-monitor/db';
import type { Tokens } from './credentials.ts';
import { hashPassword } from './hash-password.ts';

/** Where a setting comes from: an admin set it, the environment, the first start, or nobody. */
export const settingSources = ['admin', 'environment', 'generated', 'default'] as const;
export type SettingSource = (typeof settingSources)[number];

const { apiToken, visitorToken, proxyMasterToken } = tokenSettings;

/** The stored settings that hold the secrets of the first start. */
export const generatedKeys = {
  apiToken: apiToken.made,
  visitorToken: visitorToken.made,
  proxyMasterToken: proxyMasterToken.made,
  adminPassword: 'admin_panel_password_hash',
} as const;

/** The stored settings that hold an admin's secrets, which take precedence over all others. */
export const runtimeKeys = {
  apiToken: apiToken.chosen,
  visitorToken: visitorToken.chosen,
  proxyMasterToken: proxyMasterToken.chosen,
  adminPassword: 'runtime_admin_panel_password_hash',
} as const;

export type SecretName = keyof typeof runtimeKeys;

/** Secrets from the environment; those that it leaves out are created at the first start. */
export type GivenSecrets = Record<SecretName, string | undefined>;

export interface SecretInForce {
  /** For the password its hash, unless it comes from the environment. */
  value: string;
  source: Exclude<SettingSource, 'default'>;
}

/** A secret that this start created; it is shown once, on the terminal. */
export interface MadeSecret {
  name: string;
  value: string;
}

/** Each current secret: the admin's, else the environment's, else the generated one; null: none. */
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

/** The current tokens. A missing token is replaced by a random one, so nothing can match it. */
export async function readTokens(db: Database, given: GivenSecrets): Promise<Tokens> {
  const known = await readSecretsInForce(db, given);
  const { visitor_mode_enabled } = await readSettings(db);
  return {
    apiToken: known.apiToken?.value ?? randomSecret(''),
    visitorToken: known.visitorToken?.value ?? randomSecret(''),
    isAnonymousVisitorAllowed: visitor_mode_enabled ?? false,
  };
}

const tokens = [
  ['apiToken', 'am-', 'API_MONITOR_TOKEN'],
  ['visitorToken', 'visitor-', 'API_MONITOR_TOKEN_VISITOR'],
  ['proxyMasterToken', 'sk-master-', 'PROXY_MASTER_TOKEN'],
] as const;

/** Creates the secrets that neither the environment nor an earlier start gave. Returns the new ones. */
export async function makeMissingSecrets(
  db: Database,
  given: GivenSecrets,
  nowS: number,
): Promise<MadeSecret[]> {
  const made: MadeSecret[] = [];
  const ensure = async (key: string, value: string, stored: string, name: string) => {
    if ((await getSetting(db, key)) !== null) return;
    // If two processes start at once, one of them creates it, and only that one may show it.
    if ((await ensureSetting(db, key, stored, nowS)) === stored) made.push({ name, value });
  };
  const known = await readSecretsInForce(db, given);
  for (const [token, prefix, name] of tokens) {
    if (known[token]) continue;
    const value = randomSecret(prefix);
    await ensure(generatedKeys[token], value, value, name);
  }
  if (!known.adminPassword) {
    const password = randomSecret('');
    const hash = await hashPassword(password);
    await ensure(generatedKeys.adminPassword, password, hash, 'ADMIN_PANEL_PASSWORD');
  }
  return made;
}

/** A random text of 192 bits. */
export function randomSecret(prefix: string): string {
  return prefix + randomBytes(24).toString('base64url');
}

export const firstStartHeading = 'Created at this first start and shown only this once; keep them:';

/** Secrets as lines under a heading; empty if there are none. */
export function showSecrets(heading: string, secrets: readonly MadeSecret[]): string {
  if (secrets.length === 0) return '';
  const width = Math.max(...secrets.map(({ name }) => name.length));
  const lines = secrets.map(({ name, value }) => `    ${name.padEnd(width)}  ${value}`);
  return `\n  ${heading}\n${lines.join('\n')}\n`;
}
