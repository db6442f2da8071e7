import { z } from 'zod';

/**
 * The form in which a channel's address is kept: as the URL standard writes it, without trailing
 * slashes and without a trailing `/v1` of any case; a path before it stays. What is no address stays
 * as it is, trimmed: older databases may hold anything.
 */
export function normaliseBaseUrl(raw: string): string {
  const trimmed = raw.trim();
  const url = URL.parse(trimmed);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  const address = url && isWeb ? url.origin + url.pathname : trimmed;
  return trimSlashes(trimSlashes(address).replace(/\/v1$/i, ''));
}

/** Whether a stored key would travel to another origin if `next` took the place of `current`. */
export function isSameOrigin(current: string, next: string): boolean {
  const [a, b] = [URL.parse(current), URL.parse(next)];
  return a !== null && b !== null && a.origin === b.origin;
}

function trimSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

/** Accepts what `normaliseBaseUrl` can keep; credentials, query and fragment are refused. */
export const baseUrlSchema = z
  .string()
  .trim()
  .min(3)
  .max(512)
  .superRefine((raw, context) => {
    const fault = faultOfBaseUrl(raw);
    if (fault) context.addIssue({ code: 'custom', message: fault });
  })
  .transform(normaliseBaseUrl);

function faultOfBaseUrl(raw: string): string | null {
  // The parser would drop or escape them in silence.
  if (/[\s\p{Cc}]/u.test(raw)) return 'must not hold white space or control characters';
  const url = URL.parse(raw);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'must be an http:// or https:// address';
  }
  if (url.username || url.password) return 'must not hold a user name or password';
  if (raw.includes('?')) return 'must not hold a query (?)';
  if (raw.includes('#')) return 'must not hold a fragment (#)';
  return null;
}
