import { randomBytes } from 'node:crypto';
import { type Database, ensureSetting, getSetting, readSettings } from '@api-monitor/db';
import type { Tokens } from './credentials.ts';
import { hashPassword } from './hash-password.ts';
import { generatedKeys, readSecretsInForce } from './secrets-in-force.ts';

/** What the environment says; a token or password that it leaves out is made at the first start. */
export interface GivenSecrets {
  apiToken: string | undefined;
  visitorToken: string | undefined;
  adminPassword: string | undefined;
  proxyMasterToken: string | undefined;
}

/** A secret that this start has made: shown once, to whoever started the program. */
export interface MadeSecret {
  name: string;
  value: string;
}

const tokens = [
  ['apiToken', 'am-', 'API_MONITOR_TOKEN'],
  ['visitorToken', 'visitor-', 'API_MONITOR_TOKEN_VISITOR'],
  ['proxyMasterToken', 'sk-master-', 'PROXY_MASTER_TOKEN'],
] as const;

/** Makes the secrets that neither the environment nor an earlier start gave. Returns those it made. */
export async function makeMissingSecrets(
  db: Database,
  given: GivenSecrets,
  nowS: number,
): Promise<MadeSecret[]> {
  const made: MadeSecret[] = [];
  const ensure = async (key: string, value: string, stored: string, name: string) => {
    if ((await getSetting(db, key)) !== null) return;
    // Of two processes that start at once, one makes it; only that one may show it.
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

/** The tokens in force. One that nobody could know stands where, against all expectation, none is. */
export async function readTokens(db: Database, given: GivenSecrets): Promise<Tokens> {
  const { apiToken, visitorToken } = await readSecretsInForce(db, given);
  const { visitor_mode_enabled } = await readSettings(db);
  return {
    apiToken: apiToken?.value ?? randomSecret(''),
    visitorToken: visitorToken?.value ?? randomSecret(''),
    isAnonymousVisitorAllowed: visitor_mode_enabled ?? false,
  };
}

export function randomSecret(prefix: string): string {
  return prefix + randomBytes(24).toString('base64url');
}
