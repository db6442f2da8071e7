/** Redirects that one request may follow. */
export const redirectLimit = 3;

interface Asked {
  origin: string;
  path: string;
  method: 'GET' | 'POST';
}

/**
 * The path to ask next, or null where the answer is final. Another origin is never followed, since
 * the key would travel along; a POST is repeated only where RFC 9110 keeps its method (307, 308).
 */
export function redirectPath(
  status: number,
  location: string | string[] | undefined,
  asked: Asked,
): string | null {
  const keepsMethod = status === 307 || status === 308;
  const isRedirect = keepsMethod || [301, 302, 303].includes(status);
  if (!isRedirect || typeof location !== 'string') return null;
  if (asked.method === 'POST' && !keepsMethod) return null;
  const url = URL.parse(location, asked.origin + asked.path);
  return url && url.origin === asked.origin ? url.pathname + url.search : null;
}
