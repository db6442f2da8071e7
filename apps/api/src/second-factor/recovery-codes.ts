import { createHash, randomInt } from 'node:crypto';

const count = 10;
const length = 16;
/** Without the characters that are taken for one another: 31 of them, so 79 bits a code. */
const alphabet = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Ten codes, each good for one login without the authenticator. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: count }, () => {
    const text = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
    return text.replace(/(.{4})(?=.)/g, '$1-');
  });
}

/** As it is kept: SHA-256 in hex of what counts of it; dashes, spaces and case don't. */
export function hashRecoveryCode(code: string): string {
  const text = code.toLowerCase().replaceAll(/[\s-]/g, '');
  return createHash('sha256').update(text).digest('hex');
}
