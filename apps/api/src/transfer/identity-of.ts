import { createHash } from 'node:crypto';

/** What makes a channel the same one under another name: its address and its key, hashed. */
export function identityOf(baseUrl: string, apiKey: string): string {
  return createHash('sha256').update(`${baseUrl}\n${apiKey}`).digest('base64');
}
