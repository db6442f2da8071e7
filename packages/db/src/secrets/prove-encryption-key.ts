import { AppError } from '@api-monitor/core';
import { type Database, inTransaction } from '../engine/database.ts';
import { isPostgres } from '../engine/dialect.ts';
import { encryptionKeyFileName } from './encryption-key.ts';
import { looksSealed } from './secret-box.ts';
import { apiKeyPurpose, secretSettingKeys, settingPurpose } from './secret-columns.ts';

/** The database and what opens its secrets. */
type Vault = Pick<Database, 'kysely' | 'secretBox'>;

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
export async function proveEncryptionKey(
  db: Vault,
  source: KeySource,
  nowS: number,
): Promise<void> {
  try {
    await inTransaction(db, async (tx) => {
      await proveCanary(tx, nowS);
      await sealApiKeys(tx);
      await sealSettings(tx);
    });
  } catch (error) {
    const isMismatch = error instanceof AppError && error.code === 'encryption_key_mismatch';
    throw isMismatch ? keyMismatch(db.kysely, source, error) : error;
  }
}

/** Where the key in use came from; `variable_beside_file`: from ENCRYPTION_KEY, and a key file is there too. */
export type KeySource = 'file' | 'variable' | 'variable_beside_file';

/** The refusal that a wrong or lost key gets at the start. */
export function keyMismatch(
  kysely: Database['kysely'],
  found: KeySource | 'lost',
  cause?: unknown,
): AppError {
  const [hint, wayOut] = isPostgres(kysely)
    ? [' (every host needs the same)', 'name an empty database in DATABASE_URL']
    : ['', `move registry.db away`];
  const message = `${faultOf(found)}${hint}; if the key is lost for good, ${wayOut} and enter the channels again.`;
  return new AppError('encryption_key_mismatch', message, { cause });
}

function faultOf(found: KeySource | 'lost'): string {
  const fromBackup = `set ENCRYPTION_KEY as it was or restore ${encryptionKeyFileName} from a backup`;
  switch (found) {
    case 'lost':
      return `The stored API keys are encrypted, but ENCRYPTION_KEY is unset and the data folder holds no ${encryptionKeyFileName}: ${fromBackup}`;
    case 'file':
    case 'variable':
      return `The stored API keys are encrypted with another key than the one in ${found === 'file' ? encryptionKeyFileName : 'ENCRYPTION_KEY'}: ${fromBackup}`;
    case 'variable_beside_file':
      return `The stored API keys do not open with ENCRYPTION_KEY, and the data folder holds an ${encryptionKeyFileName} of its own: unset ENCRYPTION_KEY, or set it to the content of ${encryptionKeyFileName}`;
  }
}

async function proveCanary(db: Vault, nowS: number): Promise<void> {
  const canary = (await readCanary(db)) ?? (await writeCanary(db, nowS));
  db.secretBox.open(canary, settingPurpose(canaryKey));
}

async function readCanary(db: Vault): Promise<string | undefined> {
  const canary = await db.kysely
    .selectFrom('app_settings')
    .select('value')
    .where('key', '=', canaryKey)
    .executeTakeFirst();
  return canary?.value;
}

/** The one that stands then: another host may have been faster, with another key. */
async function writeCanary(db: Vault, nowS: number): Promise<string> {
  const value = db.secretBox.seal(canaryText, settingPurpose(canaryKey));
  await db.kysely
    .insertInto('app_settings')
    .values({ key: canaryKey, value, updated_at: nowS })
    .onConflict((conflict) => conflict.column('key').doNothing())
    .execute();
  return (await readCanary(db)) ?? value;
}

async function sealApiKeys(db: Vault): Promise<void> {
  const targets = await db.kysely.selectFrom('targets').select(['id', 'api_key']).execute();
  for (const { id, api_key } of targets) {
    const sealed = sealedForm(db, api_key, apiKeyPurpose);
    if (sealed === api_key) continue;
    await db.kysely.updateTable('targets').set({ api_key: sealed }).where('id', '=', id).execute();
  }
}

async function sealSettings(db: Vault): Promise<void> {
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
function sealedForm(db: Vault, value: string, purpose: string): string {
  if (!looksSealed(value)) return db.secretBox.seal(value, purpose);
  db.secretBox.open(value, purpose);
  return value;
}
