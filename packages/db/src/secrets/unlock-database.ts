import { randomBytes } from 'node:crypto';
import { AppError } from '@api-monitor/core';
import { type Database, inTransaction } from '../engine/database.ts';
import { isPostgres } from '../engine/dialect.ts';
import {
  createKeyFile,
  deriveEncryptionKey,
  encryptionKeyFileName,
  hasKeyFile,
  readKeyFile,
} from './encryption-key.ts';
import { createSecretBox, looksSealed, type SecretBox } from './secret-box.ts';
import { secretSettingKeys, settingPurpose, targetPurpose } from './secret-columns.ts';

export interface KeyOptions {
  /** The folder of `encryption.key`, if no `encryptionKey` is given. */
  dataDir: string;
  /** The text of `ENCRYPTION_KEY`; absent or empty: the key file, created at the first start. */
  encryptionKey?: string | undefined;
  /** Unix seconds. */
  now: () => number;
}

/** The database and what opens its secrets. */
type Vault = Pick<Database, 'kysely' | 'secretBox'>;

/** Where the key comes from; `variable_beside_file`: from ENCRYPTION_KEY, although there is a key file too. */
type KeySource = 'file' | 'variable' | 'variable_beside_file';

const canaryKey = 'encryption_canary';
const canaryText = 'api-monitor';

/**
 * What opens the secrets of this database, once it has been shown to open all of them. Throws AppError
 * `encryption_key_mismatch` for a wrong or lost key and `invalid_input` for one that is too short.
 */
export async function unlockDatabase(
  kysely: Database['kysely'],
  options: KeyOptions,
): Promise<SecretBox> {
  const { key, source } = await resolveKey(kysely, options);
  const secretBox = createSecretBox({ key, randomBytes });
  await proveKey({ kysely, secretBox }, source, options.now());
  return secretBox;
}

async function resolveKey(
  kysely: Database['kysely'],
  { dataDir, encryptionKey }: KeyOptions,
): Promise<{ key: Buffer; source: KeySource }> {
  if (encryptionKey?.trim()) {
    const source = (await hasKeyFile(dataDir)) ? 'variable_beside_file' : 'variable';
    return { key: await deriveEncryptionKey(encryptionKey), source };
  }
  // In this order: a process that starts at the same time creates the file before it seals anything.
  const isSealed = await hasSealedSecrets(kysely);
  const key = await readKeyFile(dataDir);
  if (!key && isSealed) throw keyMismatch(kysely, 'lost');
  return { key: key ?? (await createKeyFile(dataDir)), source: 'file' };
}

/** Whether this database holds sealed secrets, which a new key couldn't open. */
async function hasSealedSecrets(kysely: Database['kysely']): Promise<boolean> {
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
 * Checks that the key opens what is stored, then seals what the older tool left in the clear.
 * Throws AppError `encryption_key_mismatch`, before anything is written, if the key is wrong.
 */
async function proveKey(db: Vault, source: KeySource, nowS: number): Promise<void> {
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

/** The error of a start with a wrong or lost key. */
function keyMismatch(
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

/** The stored canary, which may be that of another host that was faster, with another key. */
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
    const sealed = sealedForm(db, api_key, targetPurpose('api_key'));
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

/** The value sealed; one that is sealed already must open and stays as it is. */
function sealedForm(db: Vault, value: string, purpose: string): string {
  if (!looksSealed(value)) return db.secretBox.seal(value, purpose);
  db.secretBox.open(value, purpose);
  return value;
}
