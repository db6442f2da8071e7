import type { Trail } from '@api-monitor/core';
import type { Endpoint } from '../request/match-route.ts';

/**
 * The headers that are forwarded, besides the credential. All others are dropped: cookies, addresses,
 * hop-by-hop headers, and `accept-encoding`, because the gateway reads every answer and asks for
 * uncompressed ones.
 */
const forwardedNames = new Set([
  'content-type',
  'accept',
  'accept-language',
  'user-agent',
  'anthropic-version',
  'anthropic-beta',
  'anthropic-dangerous-direct-browser-access',
  'session-id',
  'session_id',
  'thread-id',
  'conversation_id',
  'originator',
  'version',
  'x-app',
  'x-client-request-id',
  'x-goog-api-client',
  'x-session-affinity',
  'idempotency-key',
  'http-referer',
  'referer',
  'x-title',
]);
const forwardedPrefixes = [
  'openai-',
  'x-stainless-',
  'x-claude-code-',
  'x-codex-',
  // Google's resumable uploads: https://ai.google.dev/api/files
  'x-goog-upload-',
];
/** They name the client's own account, for which the channel's key would be refused. */
const ofClientsAccount = new Set(['openai-organization', 'openai-project']);

/**
 * The request's headers to forward, as alternating names (in lower case) and values, with the part of its
 * `Via` that `trail` keeps.
 */
export function upstreamHeaders(
  rawHeaders: readonly string[],
  anthropicVersion: string,
  { dialect }: Endpoint,
  trail: Trail,
  nameOf: (raw: string) => string | null,
): string[] {
  const headers: string[] = ['accept-encoding', 'identity'];
  let hasVersion = false;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = nameOf(rawHeaders[at] ?? '');
    if (name === null) continue;
    if (name === 'anthropic-version') hasVersion = true;
    headers.push(name, rawHeaders[at + 1] ?? '');
  }
  if (dialect === 'anthropic' && !hasVersion) headers.push('anthropic-version', anthropicVersion);
  if (trail.forwarded !== '') headers.push('via', trail.forwarded);
  return headers;
}

/** The name in lower case; null if the header is dropped. */
export function forwardedNameOf(raw: string): string | null {
  const name = raw.toLowerCase();
  if (ofClientsAccount.has(name)) return null;
  const isWanted =
    forwardedNames.has(name) || forwardedPrefixes.some((prefix) => name.startsWith(prefix));
  return isWanted ? name : null;
}
