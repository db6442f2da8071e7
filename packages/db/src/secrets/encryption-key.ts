import { randomBytes, scrypt } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@api-monitor/core';
import { createPrivateFile } from '../engine/private-file.ts';

const keyLength = 32;
const shortestPassphrase = 16;
/** Fixed, so that a passphrase gives the same key on every host; its length protects it. */
const passphraseSalt = 'api-monitor/encryption-key/v1';
const scryptCost = { N: 32_768, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

export const encryptionKeyFileName = 'encryption.key';

/** What is wrong with the form of an `ENCRYPTION_KEY`, as a sentence without its subject; null if nothing is. */
export function faultOfEncryptionKey(text: string): string | null {
  const trimmed = text.trim();
  if (decodeKey(trimmed) || trimmed.length >= shortestPassphrase) return null;
  return `is too short: give 32 bytes as base64 or hex, or a passphrase of at least ${shortestPassphrase} characters`;
}

/**
 * The key of `ENCRYPTION_KEY`: 32 bytes as base64 or hex, or a passphrase of at least 16 characters
 * (scrypt). Throws AppError `invalid_input` for anything shorter.
 */
export async function deriveEncryptionKey(text: string): Promise<Buffer> {
  const fault = faultOfEncryptionKey(text);
  if (fault) throw new AppError('invalid_input', `ENCRYPTION_KEY ${fault}.`);
  const trimmed = text.trim();
  return decodeKey(trimmed) ?? stretch(trimmed);
}

/** Whether the data folder has a key file, readable or not. */
export async function hasKeyFile(dataDir: string): Promise<boolean> {
  return (await stat(join(dataDir, encryptionKeyFileName)).catch(nullIfMissing)) !== null;
}

/** The key in the data folder's key file, or null if there is no such file. */
export async function readKeyFile(dataDir: string): Promise<Buffer | null> {
  const path = join(dataDir, encryptionKeyFileName);
  const found = await stat(path).catch(nullIfMissing);
  if (found === null) return null;
  const bytes = found.isDirectory() ? null : decodeKey((await readFile(path, 'utf8')).trim());
  if (bytes) return bytes;
  throw new AppError(
    'encryption_key_mismatch',
    `The file ${encryptionKeyFileName} in the data folder does not hold a key (32 bytes as base64): restore it from a backup.`,
  );
}

/** Creates the key file, unless another process was faster. Returns the key in it. */
export async function createKeyFile(dataDir: string): Promise<Buffer> {
  const path = join(dataDir, encryptionKeyFileName);
  await createPrivateFile(path, `${randomBytes(keyLength).toString('base64')}\n`);
  const key = await readKeyFile(dataDir);
  if (key) return key;
  throw new AppError(
    'internal',
    `The file ${encryptionKeyFileName} vanished while it was created.`,
  );
}

function decodeKey(text: string): Buffer | null {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  if (/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return Buffer.from(text, 'base64');
  return null;
}

function stretch(passphrase: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase, passphraseSalt, keyLength, scryptCost, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}

function nullIfMissing(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
