import type { StoredEvent } from '@api-monitor/bus';
import type { MonitorEventType } from '@api-monitor/core';

const encoder = new TextEncoder();

/** What every event stream begins with. */
export const connectedFrame = encode('event: connected\ndata: ok\n\n');
/** A comment line: keeps the stream open, and nobody sees it. */
export const heartbeatFrame = encode(': still here\n\n');
/** Without an id, since there is nothing to come back to: the client reads everything again. */
export const resyncFrame = encode('event: resync\ndata: {}\n\n');

/** What concerns processes alone. */
const inner: readonly MonitorEventType[] = ['settings_changed', 'proxy_keys_changed'];

/** One prepared frame serves every client; null for what no client is told. */
export function frameOf({ id, event }: StoredEvent): Uint8Array | null {
  if (inner.includes(event.type)) return null;
  return encode(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`);
}

function encode(text: string): Uint8Array {
  return encoder.encode(text);
}
