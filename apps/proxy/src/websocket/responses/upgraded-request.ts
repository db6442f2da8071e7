import type { IncomingMessage } from 'node:http';
import type { ClientRequest } from '../../forward/client-response.ts';

/** They belong to the upgrade, or would name each of its requests as the same one. */
const droppedNames = new Set(['content-type', 'accept', 'idempotency-key', 'content-encoding']);
const own = ['content-type', 'application/json', 'accept', 'text/event-stream'];

/** The upgrade's headers as those of each request that comes over its WebSocket. */
export function upgradedRequest({ rawHeaders, headers }: IncomingMessage): ClientRequest {
  const raw: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2);
    const passed = name.toLowerCase() === 'openai-beta' ? withoutTransport(value) : value;
    if (!droppedNames.has(name.toLowerCase()) && passed !== '') raw.push(name, passed);
  }
  return {
    rawHeaders: [...raw, ...own],
    headers,
    headersDistinct: { 'content-type': ['application/json'] },
  };
}

/** Codex names the WebSocket's protocol here: `responses_websockets=2026-02-06`. */
function withoutTransport(beta: string): string {
  const features = beta.split(',').map((feature) => feature.trim());
  return features.filter((feature) => !feature.startsWith('responses_websockets')).join(',');
}
