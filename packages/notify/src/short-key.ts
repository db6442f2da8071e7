import { createHash } from 'node:crypto';

/** A key as it is if it is short and plain, else its hash: for ids whose length or letters a vendor limits. */
export function shortKey(key: string, longest: number): string {
  if (key.length <= longest && /^[\w-]+$/.test(key)) return key;
  return createHash('sha256').update(key).digest('base64url').slice(0, longest);
}
