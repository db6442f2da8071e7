import {
  namesOf,
  type PlainSettings,
  parseSettings,
  recordOf,
  settingNames,
} from '@api-monitor/core';
import { excluded } from '../engine/columns.ts';
import { type Database, inTransaction } from '../engine/database.ts';
import {
  isSecretSetting,
  type SecretName,
  secretSettings,
  settingPurpose,
} from '../secrets/secret-columns.ts';

/** A setting's value in the clear; null if it was never set. */
export async function getSetting(db: Database, key: string): Promise<string | null> {
  const row = await db.kysely
    .selectFrom('app_settings')
    .select('value')
    .where('key', '=', key)
    .executeTakeFirst();
  return row ? openValue(db, key, row.value) : null;
}

/** The values, in the clear, of those keys that are set. */
export async function getSettings(
  db: Database,
  keys: readonly string[],
): Promise<Map<string, string>> {
  if (keys.length === 0) return new Map();
  const rows = await db.kysely
    .selectFrom('app_settings')
    .select(['key', 'value'])
    .where('key', 'in', keys)
    .execute();
  return new Map(rows.map(({ key, value }) => [key, openValue(db, key, value)]));
}

/** The switches and numbers that an admin set; null if the default holds. */
export async function readSettings(db: Database): Promise<PlainSettings> {
  return parseSettings(await getSettings(db, settingNames));
}

/** Sets several settings at once, all or none; null unsets one. Those of `secretSettingKeys` are sealed. */
export async function setSettings(
  db: Database,
  values: Readonly<Record<string, string | null>>,
  nowS: number,
): Promise<void> {
  await inTransaction(db, async (tx) => {
    // In one order, so that two callers that set the same settings don't wait for each other.
    for (const [key, value] of Object.entries(values).sort()) {
      if (value === null) {
        await tx.kysely.deleteFrom('app_settings').where('key', '=', key).execute();
        continue;
      }
      await tx.kysely
        .insertInto('app_settings')
        .values({ key, value: storedValue(tx, key, value), updated_at: nowS })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet(excluded(['value', 'updated_at'], ['key'])),
        )
        .execute();
    }
  });
}

/** Sets the value unless one is set already; returns the value that is set then. */
export async function ensureSetting(
  db: Database,
  key: string,
  value: string,
  nowS: number,
): Promise<string> {
  return inTransaction(db, async (tx) => {
    await tx.kysely
      .insertInto('app_settings')
      .values({ key, value: storedValue(tx, key, value), updated_at: nowS })
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
    return (await getSetting(tx, key)) ?? value;
  });
}

/** A current secret; for the password its hash, unless it comes from the environment. */
export interface CurrentSecret {
  value: string;
  source: 'admin' | 'environment' | 'generated';
}

/** Each current secret: the admin's, else the environment's (`given`), else the generated one; null: none. */
export async function readSecrets(
  db: Database,
  given: { readonly [Name in SecretName]?: string | undefined },
): Promise<Record<SecretName, CurrentSecret | null>> {
  const stored = await getSettings(db, Object.values(secretSettings).flatMap(Object.values));
  return recordOf(namesOf(secretSettings), (name) => {
    const byAdmin = stored.get(secretSettings[name].chosen);
    if (byAdmin) return { value: byAdmin, source: 'admin' };
    const byEnvironment = given[name];
    if (byEnvironment) return { value: byEnvironment, source: 'environment' };
    const made = stored.get(secretSettings[name].made);
    return made ? { value: made, source: 'generated' } : null;
  });
}

/** The current token, as `readSecrets` says. */
export async function readToken(
  db: Database,
  name: SecretName,
  given: string | undefined,
): Promise<string | null> {
  return (await readSecrets(db, { [name]: given }))[name]?.value ?? null;
}

function storedValue(db: Database, key: string, value: string): string {
  return isSecretSetting(key) ? db.secretBox.seal(value, settingPurpose(key)) : value;
}

function openValue(db: Database, key: string, stored: string): string {
  return isSecretSetting(key) ? db.secretBox.open(stored, settingPurpose(key)) : stored;
}
