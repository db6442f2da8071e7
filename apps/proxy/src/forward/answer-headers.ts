import type { OutgoingHttpHeaders } from 'node:http';

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
  'report-to',
  'accept-ch',
  'critical-ch',
  'permissions-policy',
  'origin-agent-cluster',
  'content-security-policy-report-only',
  'x-request-id',
  'request-id',
]);
const staysHerePrefix = 'access-control-';

/** A channel's answer, opened in a browser, is a page without rights, never one of the dashboard's. */
const harmless = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
};

/** What the gateway tells of its choice, beside the answer. */
export interface Truth {
  requestId: string;
  targetId: number;
  model: string;
  attempts: number;
  proofAgeS: number;
}

/** The upstream's headers as they came, and the truth about where they came from. */
export function answerHeaders(
  upstream: Readonly<Record<string, string | string[] | undefined>>,
  truth: Truth,
): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {};
  for (const name in upstream) {
    const value = upstream[name];
    if (value === undefined || staysHere.has(name) || name.startsWith(staysHerePrefix)) continue;
    headers[name] = value;
  }
  for (const name of namedByConnection(upstream.connection)) delete headers[name];
  Object.assign(headers, harmless);
  headers['x-request-id'] = truth.requestId;
  headers['request-id'] = truth.requestId;
  headers['x-proxy-target-id'] = String(truth.targetId);
  headers['x-proxy-upstream-model'] = asHeaderValue(truth.model);
  headers['x-proxy-attempts'] = String(truth.attempts);
  headers['x-proxy-proof-age'] = String(Math.round(truth.proofAgeS));
  return headers;
}

/** Headers that the connection's own header declares to be its own too (RFC 9110, 7.6.1). */
function namedByConnection(connection: string | string[] | undefined): string[] {
  if (connection === undefined) return [];
  return String(connection)
    .split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !name.startsWith('content-'));
}

/** A model's name is the upstream's word: what a header can't carry is written in percent. */
function asHeaderValue(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? text : encodeURIComponent(text);
}
