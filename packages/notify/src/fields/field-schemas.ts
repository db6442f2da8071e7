import { plainLine } from '@api-monitor/core';
import { z } from 'zod';

// Schemas of fields that several adapters have. An empty text means that a field isn't set.

/** A key that travels in a header or a path: printable ASCII without spaces. */
export const key = z
  .string()
  .trim()
  .min(1)
  .max(1024)
  .regex(/^[\x21-\x7e]+$/, 'must be printable ASCII without spaces');

export const optionalKey = z.union([z.literal(''), key]).default('');

export const optionalLine = plainLine.trim().max(256).default('');

/** A key of the form that its vendor gives keys. `form`: an example for people. */
export function keyLike(pattern: RegExp, form: string) {
  return z.string().trim().min(1).max(1024).regex(pattern, `must be like ${form}`);
}

/** The address of a server that the operator chose, without a slash at its end. */
export const serverUrl = z
  .string()
  .trim()
  .min(1)
  .max(1024)
  .superRefine((raw, context) => {
    const fault = faultOfServerUrl(raw);
    if (fault) context.addIssue({ code: 'custom', message: fault, params: { code: 'wrong_url' } });
  })
  .transform((raw) => raw.replace(/\/+$/, ''));

function faultOfServerUrl(raw: string): string | null {
  const fault = faultOfWebUrl(raw);
  if (fault) return fault;
  return /[?#]/.test(raw) ? 'must not contain a query (?) or a fragment (#)' : null;
}

/** What is wrong with an address that requests will be sent to; never quotes it, as it may have a key. */
export function faultOfWebUrl(raw: string): string | null {
  // The parser would silently drop or escape them.
  if (/[\s\p{Cc}]/u.test(raw)) return 'must not contain white space or control characters';
  if (raw.includes('…')) return 'must be entered in full';
  const url = URL.parse(raw);
  if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    return 'must be an http:// or https:// address';
  }
  return url.username || url.password ? 'must not contain a user name or password' : null;
}
