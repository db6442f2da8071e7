import { hash } from 'node:crypto';

/** The form in which a key is stored and looked up: its SHA-256, in hex. */
export function hashProxyKey(key: string): string {
  return hash('sha256', key);
}
