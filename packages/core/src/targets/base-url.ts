import { z } from 'zod';
import { normaliseBaseUrl } from './base-path.ts';

/** Accepts what `normaliseBaseUrl` can store; refuses credentials, a query and a fragment. */
export const baseUrlSchema = z
  .string()
  .trim()
  .min(3)
  .max(512)
  .superRefine((raw, context) => {
    const fault = faultOfBaseUrl(raw);
    if (fault) context.addIssue({ code: 'custom', message: fault, params: { code: 'wrong_url' } });
  })
  .transform(normaliseBaseUrl);

function faultOfBaseUrl(raw: string): string | null {
  // The parser would silently drop or escape them.
  if (/[\s\p{Cc}]/u.test(raw)) return 'must not contain white space or control characters';
  const url = URL.parse(raw);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'must be an http:// or https:// address';
  }
  if (url.username || url.password) return 'must not contain a user name or password';
  if (raw.includes('?')) return 'must not contain a query (?)';
  if (raw.includes('#')) return 'must not contain a fragment (#)';
  return null;
}
