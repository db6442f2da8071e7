import type { Channel } from '@api-monitor/core';
import type { BoardTarget } from '../board/board.ts';
import type { Endpoint } from '../request/match-route.ts';

/** What goes up besides the credential; everything else stays here: cookies, addresses, hop-by-hop. */
const goesUp = new Set([
  'content-type',
  'accept',
  'accept-encoding',
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
  'x-goog-user-project',
  'x-goog-api-client',
  'x-session-affinity',
  'idempotency-key',
  'http-referer',
  'referer',
  'x-title',
]);
const prefixesThatGoUp = ['openai-', 'x-stainless-', 'x-claude-code-', 'x-codex-'];

/** The request's headers as a flat list, the channel's own key in the place of the client's. */
export function upstreamHeaders(
  rawHeaders: readonly string[],
  { channel, anthropicVersion }: Pick<BoardTarget, 'channel' | 'anthropicVersion'>,
  { keyHeader, dialect }: Endpoint,
): string[] {
  const headers: string[] = [];
  let hasVersion = false;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase();
    if (!goesUp.has(name) && !prefixesThatGoUp.some((prefix) => name.startsWith(prefix))) continue;
    if (name === 'anthropic-version') hasVersion = true;
    headers.push(name, rawHeaders[at + 1] ?? '');
  }
  if (dialect === 'anthropic' && !hasVersion) headers.push('anthropic-version', anthropicVersion);
  addKey(headers, channel, keyHeader);
  return headers;
}

function addKey(headers: string[], { apiKey }: Channel, keyHeader: Endpoint['keyHeader']): void {
  headers.push('authorization', `Bearer ${apiKey}`);
  if (keyHeader) headers.push(keyHeader, apiKey);
}
