import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { AppError } from '@api-monitor/core';

const prefix = 'v1:';
const keyLength = 32;
const ivLength = 12;
const tagLength = 16;
const sealedForm = /^v1:[A-Za-z0-9+/]{38,}={0,2}$/;

/** Encrypts secrets at rest. Each is bound to a purpose (`targets.api_key`): it won't open for another. */
export interface SecretBox {
  /** Text of the form `v1:` + base64 of IV, tag and ciphertext; different at every call. */
  seal(plaintext: string, purpose: string): string;
  /** Throws AppError `encryption_key_mismatch` if the key, the purpose or the text is wrong. */
  open(sealed: string, purpose: string): string;
  /** A key for this purpose alone, for a thread without the database (HKDF, RFC 5869). */
  derive(purpose: string): Buffer;
}

export interface SecretBoxParts {
  /** 32 bytes. */
  key: Buffer;
  /** Must be cryptographically random: an IV used twice breaks AES-GCM. */
  randomBytes: (size: number) => Buffer;
}

/** AES-256-GCM with a 96-bit random IV (NIST SP 800-38D). */
export function createSecretBox({ key, randomBytes }: SecretBoxParts): SecretBox {
  return {
    seal(plaintext, purpose) {
      const iv = randomBytes(ivLength);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
      const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
      return prefix + Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64');
    },
    open(sealed, purpose) {
      if (!looksSealed(sealed)) throw unopenable(purpose);
      const bytes = Buffer.from(sealed.slice(prefix.length), 'base64');
      try {
        return decipher(key, bytes, purpose);
      } catch (cause) {
        throw unopenable(purpose, cause);
      }
    },
    derive: (purpose) => Buffer.from(hkdfSync('sha256', key, '', purpose, keyLength)),
  };
}

/** Whether a stored value has the form that `seal` returns, so that it isn't plaintext of the older tool. */
export function looksSealed(value: string): boolean {
  return sealedForm.test(value);
}

function decipher(key: Buffer, bytes: Buffer, purpose: string): string {
  const opener = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivLength), {
    authTagLength: tagLength,
  });
  opener.setAAD(Buffer.from(purpose));
  opener.setAuthTag(bytes.subarray(ivLength, ivLength + tagLength));
  const start = opener.update(bytes.subarray(ivLength + tagLength), undefined, 'utf8');
  return start + opener.final('utf8');
}

function unopenable(purpose: string, cause?: unknown): AppError {
  return new AppError(
    'encryption_key_mismatch',
    `A stored secret (${purpose}) does not open with the encryption key in use.`,
    { cause },
  );
}
