import { AppError } from '@api-monitor/core';
import { type Database, inTransaction } from './database.ts';
import { encryptionKeyFileName } from './encryption-key.ts';
import { looksSealed } from './secret-box.ts';
import { apiKeyPurpose, secretSettingKeys, settingPurpose } from './secret-columns.ts';

const canaryKey = 'encryption_canary';
const canaryText = 'api-monitor';

/** Whether secrets were sealed in this database before, so that a new key would lose them. */
export async function hasSealedSecrets(kysely: Database['kysely']): Promise<boolean> {
  const canary = await kysely
    .selectFrom('app_settings')
    .select('key')
    .where('key', '=', canaryKey)
    .executeTakeFirst();
  if (canary) return true;
  const targets = await kysely.selectFrom('targets').select('api_key').execute();
  return targets.some((target) => looksSealed(target.api_key));
}

/**
 * Proves that the key opens what is stored, then seals what the older tool left in the clear.
 * Throws AppError `encryption_key_mismatch`, before anything is written, where it doesn't.
 */
export async function proveEncryptionKey(db: Database, nowS: number): Promise<void> {
  await inTransaction(db, async (tx) => {
    await proveCanary(tx, nowS);
    await sealApiKeys(tx);
    await sealSettings(tx);
  });
}

/** The refusal that a wrong or lost key gets at the start. */
export function keyMismatch(found: 'wrong' | 'lost', cause?: unknown): AppError {
  const fault =
    found === 'lost'
      ? `The stored API keys are encrypted, but ENCRYPTION_KEY is unset and the data folder holds no ${encryptionKeyFileName}`
      : `The stored API keys are encrypted with another key than the one in ENCRYPTION_KEY or ${encryptionKeyFileName}`;
  return new AppError(
    'encryption_key_mismatch',
    `${fault}: set ENCRYPTION_KEY as it was or restore ${encryptionKeyFileName} from a backup; if the key is lost for good, move registry.db away and enter the channels again.`,
    { cause },
  );
}

async function proveCanary(db: Database, nowS: number): Promise<void> {
  const canary = await db.kysely
    .selectFrom('app_settings')
    .select('value')
    .where('key', '=', canaryKey)
    .executeTakeFirst();
  if (canary) {
    openOrRefuse(db, canary.value, settingPurpose(canaryKey));
    return;
  }
  const value = db.secretBox.seal(canaryText, settingPurpose(canaryKey));
  await db.kysely
    .insertInto('app_settings')
    .values({ key: canaryKey, value, updated_at: nowS })
    .execute();
}

async function sealApiKeys(db: Database): Promise<void> {
  const targets = await db.kysely.selectFrom('targets').select(['id', 'api_key']).execute();
  for (const { id, api_key } of targets) {
    const sealed = sealedForm(db, api_key, apiKeyPurpose);
    if (sealed === api_key) continue;
    await db.kysely.updateTable('targets').set({ api_key: sealed }).where('id', '=', id).execute();
  }
}

async function sealSettings(db: Database): Promise<void> {
  const settings = await db.kysely
    .selectFrom('app_settings')
    .select(['key', 'value'])
    .where('key', 'in', secretSettingKeys)
    .execute();
  for (const { key, value } of settings) {
    const sealed = sealedForm(db, value, settingPurpose(key));
    if (sealed === value) continue;
    await db.kysely
      .updateTable('app_settings')
      .set({ value: sealed })
      .where('key', '=', key)
      .execute();
  }
}

/** The value as it is where it is sealed already (and opens), else sealed now. */
function sealedForm(db: Database, value: string, purpose: string): string {
  if (!looksSealed(value)) return db.secretBox.seal(value, purpose);
  openOrRefuse(db, value, purpose);
  return value;
}

function openOrRefuse(db: Database, sealed: string, purpose: string): void {
  try {
    db.secretBox.open(sealed, purpose);
  } catch (error) {
    throw keyMismatch('wrong', error);
  }
}
