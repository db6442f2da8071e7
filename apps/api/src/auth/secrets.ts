import { randomBytes } from 'node:crypto';
import { settingsInForce } from '@api-monitor/core';
import {
  type Database,
  ensureSetting,
  getSetting,
  readSecrets,
  readSettings,
  type SecretName,
  secretSettings,
} from '@api-monitor/db';
import type { Tokens } from './credentials.ts';
import { hashPassword } from './hash-password.ts';

/** Where a setting comes from: an admin set it, the environment, the first start, or nobody. */
export const settingSources = ['admin', 'environment', 'generated', 'default'] as const;

/** Secrets from the environment; those that it leaves out are created at the first start. */
export type GivenSecrets = Record<SecretName, string | undefined>;

/** A secret that this start created; it is shown once, on the terminal. */
export interface MadeSecret {
  name: string;
  value: string;
}

/** The current tokens. A missing token is replaced by a random one, so nothing can match it. */
export async function readTokens(db: Database, given: GivenSecrets): Promise<Tokens> {
  const known = await readSecrets(db, given);
  const { visitor_mode_enabled } = settingsInForce(await readSettings(db), {});
  return {
    apiToken: known.apiToken?.value ?? randomSecret(''),
    visitorToken: known.visitorToken?.value ?? randomSecret(''),
    isAnonymousVisitorAllowed: visitor_mode_enabled,
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
  const known = await readSecrets(db, given);
  for (const [token, prefix, name] of tokens) {
    if (known[token]) continue;
    const value = randomSecret(prefix);
    await ensure(secretSettings[token].made, value, value, name);
  }
  if (!known.adminPassword) {
    const password = randomSecret('');
    const hash = await hashPassword(password);
    await ensure(secretSettings.adminPassword.made, password, hash, 'ADMIN_PANEL_PASSWORD');
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
