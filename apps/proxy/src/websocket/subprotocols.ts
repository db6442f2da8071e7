import type { IncomingHttpHeaders } from 'node:http';

/** How browsers send a key, because they can't set headers for a WebSocket; OpenAI's SDK does too. */
const credentialPrefix = 'openai-insecure-api-key.';

/** What the request's `Sec-WebSocket-Protocol` offers. */
export function protocolsOf(headers: IncomingHttpHeaders): string[] {
  const offered = headers['sec-websocket-protocol']?.split(',') ?? [];
  return offered.map((name) => name.trim()).filter((name) => name !== '');
}

/** The key among the offered protocols; null if there is none. */
export function credentialOf(protocols: readonly string[]): string | null {
  const found = protocols.find((name) => name.startsWith(credentialPrefix));
  return found?.slice(credentialPrefix.length) ?? null;
}

/** The offered protocols that aren't a credential. */
export function realProtocols(protocols: readonly string[]): string[] {
  return protocols.filter((name) => !name.startsWith(credentialPrefix));
}
