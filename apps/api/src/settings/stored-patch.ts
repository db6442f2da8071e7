import { AppError, type SettingValues, settingText } from '@api-monitor/core';
import {
  type CurrentSecret,
  getSetting,
  readSecrets,
  type SecretName,
  secretSettings,
} from '@api-monitor/db';
import type { ApiDeps } from '../api-deps.ts';
import { hashPassword } from '../auth/hash-password.ts';
import { readSettingsItem } from './read-settings-item.ts';
import {
  type PatchSettingsBody,
  type SecretField,
  type SettingsItem,
  secretFieldNames,
  secretFields,
} from './settings-schema.ts';

export interface StoredPatch {
  /** The fields that change, as they were sent. */
  changed: Record<string, SettingValues[keyof SettingValues] | string | null>;
  /** What to store, by the keys of the settings table; null: removed. */
  stored: Record<string, string | null>;
}

type Known = Record<SecretName, CurrentSecret | null>;

/**
 * What a PATCH of the settings changes. Throws AppError `invalid_input` if a masked form isn't that of the
 * secret in force, or if the visitor's token would be the API token.
 */
export async function storedPatch(
  deps: Pick<ApiDeps, 'db' | 'secrets' | 'givenSettings' | 'loginTurns'>,
  { sources: _ignored, current_password: _checked, ...body }: PatchSettingsBody,
): Promise<StoredPatch> {
  const known = await readSecrets(deps.db, deps.secrets);
  const changed = withoutSame(body, await readSettingsItem(deps.db, deps));
  assertTokensDiffer(changed, known, deps);
  const stored: StoredPatch['stored'] = {};
  for (const [field, value] of Object.entries(changed)) {
    if (!isSecret(field)) stored[field] = value === null ? null : settingText(value);
    else if (typeof value !== 'string') {
      await assertFallback(deps, field);
      stored[secretSettings[secretFields[field]].chosen] = null;
    } else if (field !== 'admin_panel_password')
      stored[secretSettings[secretFields[field]].chosen] = value;
    else stored[secretSettings.adminPassword.chosen] = await hashInTurn(deps, value);
  }
  return { changed, stored };
}

/** Goes before waiting logins, because only a logged-in admin changes settings. */
function hashInTurn({ loginTurns }: Pick<ApiDeps, 'loginTurns'>, password: string) {
  const asker = { key: 'settings', network: 'settings', isKnown: true };
  return loginTurns.take(asker, () => hashPassword(password));
}

/** Without the fields that were sent as they were read (secrets masked). */
function withoutSame(
  body: Omit<PatchSettingsBody, 'sources' | 'current_password'>,
  current: SettingsItem,
) {
  const changed: StoredPatch['changed'] = {};
  for (const [field, value] of Object.entries(body)) {
    if (value === undefined || isSame(value, current[field as keyof typeof body])) continue;
    if (isSecret(field) && typeof value === 'string' && value.includes('…')) {
      const fields = { [field]: { code: 'masked_form' } } as const;
      const message = `${field} is the masked form of another; enter it whole`;
      throw new AppError('invalid_input', message, { fields });
    }
    changed[field] = value;
  }
  return changed;
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function assertTokensDiffer(
  changed: StoredPatch['changed'],
  known: Known,
  { secrets }: Pick<ApiDeps, 'secrets'>,
): void {
  const after = (field: SecretField) => {
    const name = secretFields[field];
    const value = changed[field];
    if (value === undefined) return known[name]?.value;
    return value ?? secrets[name];
  };
  const apiToken = after('api_monitor_token');
  if (apiToken === undefined || apiToken !== after('api_monitor_token_visitor')) return;
  const message = 'api_monitor_token_visitor must not be the API token: a visitor may only look';
  const fields = { api_monitor_token_visitor: { code: 'same_as_api_token' } } as const;
  throw new AppError('invalid_input', message, { fields });
}

/** Refuses to remove a secret that has nothing to go back to: nobody could log in any more. */
async function assertFallback(
  { db, secrets }: Pick<ApiDeps, 'db' | 'secrets'>,
  field: SecretField,
): Promise<void> {
  const name = secretFields[field];
  if (secrets[name] || (await getSetting(db, secretSettings[name].made)) !== null) return;
  const fields = { [field]: { code: 'no_fallback' } } as const;
  throw new AppError('invalid_input', `${field} has nothing to go back to; enter another`, {
    fields,
  });
}

function isSecret(field: string): field is SecretField {
  return secretFieldNames.some((name) => name === field);
}
