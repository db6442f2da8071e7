import { randomBytes } from 'node:crypto';
import {
  type Database,
  ensureSetting,
  getSetting,
  getSettings,
  readSettings,
} from '@api-monitor/db';
import type { Tokens } from './credentials.ts';
import { hashPassword } from './hash-password.ts';

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

const keys = {
  apiToken: 'generated_api_monitor_token',
  visitorToken: 'generated_api_monitor_visitor_token',
  proxyMasterToken: 'generated_proxy_master_token',
  passwordHash: 'admin_panel_password_hash',
} as const;

/** Set at run time, by the older tool too: they go before all others. */
const runtimeKeys = {
  apiToken: 'runtime_api_monitor_token',
  visitorToken: 'runtime_api_monitor_visitor_token',
  proxyMasterToken: 'proxy_master_token',
} as const;

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
  const isMissing = async (name: keyof typeof runtimeKeys) =>
    !given[name] && !(await getSetting(db, runtimeKeys[name]));
  if (await isMissing('apiToken')) {
    const token = randomSecret('am-');
    await ensure(keys.apiToken, token, token, 'API_MONITOR_TOKEN');
  }
  if (await isMissing('visitorToken')) {
    const token = randomSecret('visitor-');
    await ensure(keys.visitorToken, token, token, 'API_MONITOR_TOKEN_VISITOR');
  }
  if (await isMissing('proxyMasterToken')) {
    const token = randomSecret('sk-master-');
    await ensure(keys.proxyMasterToken, token, token, 'PROXY_MASTER_TOKEN');
  }
  if (!given.adminPassword && (await getSetting(db, keys.passwordHash)) === null) {
    const password = randomSecret('');
    await ensure(keys.passwordHash, password, await hashPassword(password), 'ADMIN_PANEL_PASSWORD');
  }
  return made;
}

/** The tokens in force: what an admin set at run time, else the environment's, else the made ones. */
export async function readTokens(db: Database, given: GivenSecrets): Promise<Tokens> {
  const stored = await getSettings(db, [
    runtimeKeys.apiToken,
    runtimeKeys.visitorToken,
    keys.apiToken,
    keys.visitorToken,
  ]);
  const { visitor_mode_enabled } = await readSettings(db);
  // A token that nobody could know stands where, against all expectation, none is stored.
  const unknowable = () => randomSecret('');
  return {
    apiToken:
      stored.get(runtimeKeys.apiToken) ||
      given.apiToken ||
      stored.get(keys.apiToken) ||
      unknowable(),
    visitorToken:
      stored.get(runtimeKeys.visitorToken) ||
      given.visitorToken ||
      stored.get(keys.visitorToken) ||
      unknowable(),
    isAnonymousVisitorAllowed: visitor_mode_enabled ?? false,
  };
}

/**
 * The gateway's token in force, which may use everything: what an admin set at run time, else the
 * environment's, else the made one. Null where there is none yet.
 */
export async function readProxyMasterToken(
  db: Database,
  given: string | undefined,
): Promise<string | null> {
  const stored = await getSettings(db, [runtimeKeys.proxyMasterToken, keys.proxyMasterToken]);
  return (
    stored.get(runtimeKeys.proxyMasterToken) || given || stored.get(keys.proxyMasterToken) || null
  );
}

function randomSecret(prefix: string): string {
  return prefix + randomBytes(24).toString('base64url');
}
