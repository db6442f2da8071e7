import type { EventBus, StoredEvent } from '@api-monitor/bus';
import { AppError, type MonitorEvent } from '@api-monitor/core';

/** Everybody who listens to the event stream. */
export interface EventClients {
  /**
   * A new client's stream: `connected`, then what it missed since `lastEventId`, then what comes.
   * Throws AppError `rate_limited` where there are too many clients, in all or of one address.
   */
  connect(address: string, lastEventId: string | null): Promise<ReadableStream<Uint8Array>>;
  count(): number;
  close(): void;
}

interface Options {
  events: EventBus;
  heartbeatMs: number;
  /** How many clients may listen, in all and of one address. */
  limits: { total: number; perAddress: number };
}

interface Client {
  address: string;
  controller: ReadableStreamDefaultController<Uint8Array>;
}

/** A client that is so far behind is dropped; it comes back with its last id. */
const backlogLimitBytes = 256 * 1024;
const heartbeatFrame = encode(': still here\n\n');
// The id of events that can't be replayed is absent, so the client keeps the one it has.
const resyncFrame = encode('event: resync\ndata: {}\n\n');
const connectedFrame = encode('event: connected\ndata: ok\n\n');

export function createEventClients({ events, heartbeatMs, limits }: Options): EventClients {
  const clients = new Set<Client>();

  const drop = (client: Client) => {
    if (!clients.delete(client)) return;
    try {
      client.controller.close();
    } catch {
      // The reader has cancelled already.
    }
  };
  const send = (client: Client, frame: Uint8Array) => {
    if ((client.controller.desiredSize ?? 0) <= 0) drop(client);
    else client.controller.enqueue(frame);
  };
  const broadcast = (frame: Uint8Array) => {
    for (const client of clients) send(client, frame);
  };
  const unsubscribe = events.subscribe((stored) => {
    const frame = frameOf(stored);
    if (frame) broadcast(frame);
  });
  const heartbeat = setInterval(broadcast, heartbeatMs, heartbeatFrame);
  heartbeat.unref();

  const assertRoom = (address: string) => {
    const ofAddress = [...clients].filter((client) => client.address === address).length;
    if (clients.size < limits.total && ofAddress < limits.perAddress) return;
    throw new AppError('rate_limited', 'too many open event streams', { retryAfterS: 30 });
  };

  return {
    async connect(address, lastEventId) {
      assertRoom(address);
      const missed = lastEventId === null ? [] : await events.since(lastEventId);
      let client: Client;
      return new ReadableStream<Uint8Array>(
        {
          start(controller) {
            client = { address, controller };
            clients.add(client);
            send(client, connectedFrame);
            for (const frame of missed?.map(frameOf) ?? [resyncFrame]) {
              if (frame) send(client, frame);
            }
          },
          cancel: () => drop(client),
        },
        { highWaterMark: backlogLimitBytes, size: (frame) => frame?.byteLength ?? 0 },
      );
    },
    count: () => clients.size,
    close() {
      clearInterval(heartbeat);
      unsubscribe();
      for (const client of clients) drop(client);
    },
  };
}

/** One prepared frame serves every client; null for what concerns processes alone. */
function frameOf({ id, event }: StoredEvent): Uint8Array | null {
  return isPublic(event)
    ? encode(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`)
    : null;
}

function isPublic(event: MonitorEvent): boolean {
  return !['settings_changed', 'proxy_keys_changed'].includes(event.type);
}

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
