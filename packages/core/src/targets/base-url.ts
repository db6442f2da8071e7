import { z } from 'zod';

/**
 * Returns a target's address in the form in which it is stored: normalised by the URL standard, without
 * trailing slashes and a trailing `/v1` or `/V1`; a path before it stays. Text that isn't an address is only
 * trimmed, because older databases may contain anything.
 */
export function normaliseBaseUrl(raw: string): string {
  const trimmed = raw.trim();
  const url = URL.parse(trimmed);
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:';
  const address = url && isWeb ? url.origin + url.pathname : trimmed;
  return trimSlashes(trimSlashes(address).replace(/\/v1$/i, ''));
}

/** A base's own version, with the folder in which Google and others put OpenAI's format. */
const ownVersion = /\/v\d[\w.]*(\/openai)?$/i;
const versionOfPath = /^\/v\d[\w.]*(?=\/)/i;

/**
 * The path of a request below a target's address or its path. A base that has a version of its own, such as
 * `/api/paas/v4`, takes it instead of the path's `/v1`.
 */
export function pathOn(baseUrl: string, path: string): string {
  const base = trimSlashes(baseUrl.replace(/^https?:\/\/[^/]*/i, ''));
  const own = ownVersion.exec(base);
  if (!own) return base + path;
  // Google's uploads are beside all versions.
  if (path.startsWith('/upload/')) return base.slice(0, own.index) + path;
  // Gemini's own format is beside OpenAI's.
  const isGemini = path.startsWith('/v1beta/');
  const folder = isGemini && own[1] ? base.slice(0, -own[1].length) : base;
  return folder + path.replace(versionOfPath, '');
}

function trimSlashes(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}

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
