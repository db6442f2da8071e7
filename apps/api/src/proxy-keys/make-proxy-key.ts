import { randomBytes } from 'node:crypto';
import { hashProxyKey, type ProxyKeySecret } from '@api-monitor/db';

const prefix = 'sk-am-';
const randomLength = 32;
const shownLength = 10;

export interface MadeProxyKey extends ProxyKeySecret {
  /** Shown once and kept nowhere. */
  text: string;
}

/**
 * A new key: a prefix that secret scanners can know, then 256 random bits. With that much chance in
 * it, a plain SHA-256 is as good as a slow hash.
 */
export function makeProxyKey(): MadeProxyKey {
  const text = prefix + randomBytes(randomLength).toString('base64url');
  return { text, key_hash: hashProxyKey(text), key_prefix: text.slice(0, shownLength) };
}
