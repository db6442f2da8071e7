import type { EventBus, StoredEvent } from '@api-monitor/bus';
import { AppError, type MonitorEventType } from '@api-monitor/core';

/** Everybody who listens to the event stream. */
export interface EventClients {
  /**
   * A new client's stream: `connected`, then what it missed since `lastEventId`, then what comes.
   * Throws AppError `rate_limited` where there are too many clients, in all or of one address.
   */
  connect(address: string, lastEventId: string | null): Promise<ReadableStream<Uint8Array>>;
  count(): number;
  /** Ends every stream; whoever may still listen comes back with its last id. */
  dropAll(): void;
  close(): void;
}

interface Options {
  events: EventBus;
  heartbeatMs: number;
  /** How many clients may listen, in all and of one address. */
  limits: { total: number; perAddress: number };
}

export function createEventClients({ events, heartbeatMs, limits }: Options): EventClients {
  const clients = new Set<EventClient>();

  const broadcast = (frame: Uint8Array, id: string | null) => {
    for (const client of clients) client.send(frame, id);
  };
  const unsubscribe = events.subscribe((stored) => {
    const frame = frameOf(stored);
    if (frame) broadcast(frame, stored.id);
  });
  const stopHearing = events.onLoss(() => broadcast(resyncFrame, null));
  const heartbeat = setInterval(broadcast, heartbeatMs, heartbeatFrame, null);
  heartbeat.unref();

  const assertRoom = (address: string) => {
    const ofAddress = [...clients].filter((client) => client.address === address).length;
    if (clients.size < limits.total && ofAddress < limits.perAddress) return;
    throw new AppError('rate_limited', 'too many open event streams', { retryAfterS: 30 });
  };

  return {
    async connect(address, lastEventId) {
      assertRoom(address);
      // It joins before the history is read: what comes meanwhile waits behind what it missed.
      const client = createEventClient(address, (gone) => clients.delete(gone));
      clients.add(client);
      client.begin(lastEventId === null ? [] : framesOf(await events.since(lastEventId)));
      return client.stream;
    },
    count: () => clients.size,
    dropAll() {
      for (const client of clients) client.drop();
    },
    close() {
      clearInterval(heartbeat);
      unsubscribe();
      stopHearing();
      for (const client of clients) client.drop();
    },
  };
}

function framesOf(
  missed: readonly StoredEvent[] | null,
): { frame: Uint8Array; id: string | null }[] {
  if (!missed) return [{ frame: resyncFrame, id: null }];
  return missed.flatMap((stored) => {
    const frame = frameOf(stored);
    return frame ? [{ frame, id: stored.id }] : [];
  });
}

/** One listener. It is never waited for: who falls too far behind is dropped. */
interface EventClient {
  address: string;
  stream: ReadableStream<Uint8Array>;
  /** Sends what was missed, then what came meanwhile and is not among it. */
  begin(missed: readonly Framed[]): void;
  /** Held back until `begin`. */
  send(frame: Uint8Array, id: string | null): void;
  drop(): void;
}

interface Framed {
  frame: Uint8Array;
  /** null: a frame that is no event. */
  id: string | null;
}

/** A client that is so far behind is dropped; it comes back with its last id. */
const backlogLimitBytes = 256 * 1024;

function createEventClient(address: string, onGone: (client: EventClient) => void): EventClient {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let held: Framed[] | null = [];
  const stream = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      cancel: () => onGone(client),
    },
    { highWaterMark: backlogLimitBytes, size: (frame) => frame?.byteLength ?? 0 },
  );

  const write = (frame: Uint8Array) => {
    if (!controller) return;
    if ((controller.desiredSize ?? 0) <= 0) client.drop();
    else controller.enqueue(frame);
  };
  const client: EventClient = {
    address,
    stream,
    begin(missed) {
      const ids = new Set(missed.map(({ id }) => id));
      const later = (held ?? []).filter(({ id }) => id === null || !ids.has(id));
      held = null;
      for (const frame of [connectedFrame, ...[...missed, ...later].map((one) => one.frame)]) {
        write(frame);
      }
    },
    send(frame, id) {
      if (held) held.push({ frame, id });
      else write(frame);
    },
    drop() {
      onGone(client);
      try {
        controller?.close();
      } catch {
        // The reader has cancelled already.
      }
      controller = null;
    },
  };
  return client;
}

const encoder = new TextEncoder();

/** What every event stream begins with. */
const connectedFrame = encode('event: connected\ndata: ok\n\n');
/** A comment line: keeps the stream open, and nobody sees it. */
const heartbeatFrame = encode(': still here\n\n');
/** Without an id, since there is nothing to come back to: the client reads everything again. */
const resyncFrame = encode('event: resync\ndata: {}\n\n');

/** What concerns processes alone. */
const inner: readonly MonitorEventType[] = ['settings_changed', 'proxy_keys_changed'];

/** One prepared frame serves every client; null for what no client is told. */
function frameOf({ id, event }: StoredEvent): Uint8Array | null {
  if (inner.includes(event.type)) return null;
  return encode(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`);
}

function encode(text: string): Uint8Array {
  return encoder.encode(text);
}
