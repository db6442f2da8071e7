/** What concerns the upstream connection or the upstream's own site alone, and stays here. */
const staysHere = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'set-cookie',
  'strict-transport-security',
  'alt-svc',
  'nel',
  'report-to',
  // What a browser would take for the word of the dashboard's own origin.
  'set-cookie2',
  'set-login',
  'clear-site-data',
  'refresh',
  'link',
  'service-worker-allowed',
  'speculation-rules',
  'reporting-endpoints',
  'accept-ch',
  'critical-ch',
  'permissions-policy',
  'origin-agent-cluster',
  'content-security-policy-report-only',
  // Told anew, below.
  'x-content-type-options',
  'content-security-policy',
  'x-request-id',
  'request-id',
  'x-proxy-target-id',
  'x-proxy-upstream-model',
  'x-proxy-attempts',
  'x-proxy-proof-age',
]);
const staysHerePrefix = 'access-control-';

/** A channel's answer, opened in a browser, is a page without rights, never one of the dashboard's. */
const harmless = [
  'x-content-type-options',
  'nosniff',
  'content-security-policy',
  "sandbox; default-src 'none'",
] as const;

/** What the gateway tells of its choice, beside the answer. */
export interface Truth {
  requestId: string;
  targetId: number;
  model: string;
  attempts: number;
  proofAgeS: number;
}

/**
 * The upstream's headers as they came, and the truth about where they came from; names and values in
 * turn, on both sides. An answer that may have to be longer than it said is told without its length.
 */
export function answerHeaders(
  upstream: readonly string[],
  truth: Truth,
  isLengthTold: boolean,
): string[] {
  const headers: string[] = [];
  const alsoStay = namedByConnection(headerOf(upstream, 'connection'));
  for (let at = 0; at + 1 < upstream.length; at += 2) {
    const name = upstream[at] ?? '';
    if (staysHere.has(name) || name.startsWith(staysHerePrefix)) continue;
    if (alsoStay?.includes(name) || (name === 'content-length' && !isLengthTold)) continue;
    headers.push(name, upstream[at + 1] ?? '');
  }
  headers.push(
    ...harmless,
    'x-request-id',
    truth.requestId,
    'request-id',
    truth.requestId,
    'x-proxy-target-id',
    String(truth.targetId),
    'x-proxy-upstream-model',
    asHeaderValue(truth.model),
    'x-proxy-attempts',
    String(truth.attempts),
    'x-proxy-proof-age',
    String(Math.round(truth.proofAgeS)),
  );
  return headers;
}

/** The first value under this name, which is in lower case. */
export function headerOf(headers: readonly string[], name: string): string | undefined {
  for (let at = 0; at < headers.length; at += 2) {
    if (headers[at] === name) return headers[at + 1];
  }
  return undefined;
}

/** Headers that the connection's own header declares to be its own too (RFC 9110, 7.6.1). */
function namedByConnection(connection: string | undefined): string[] | null {
  if (connection === undefined || connection === 'keep-alive') return null;
  return connection
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !name.startsWith('content-'));
}

/** A model's name is the upstream's word: what a header can't carry is written in percent. */
function asHeaderValue(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
