import type { EventBus, StoredEvent } from '@api-monitor/bus';
import { AppError, eventHeartbeat, type MonitorEventType } from '@api-monitor/core';

/** The clients that listen to the event stream. */
export interface EventClients {
  /**
   * A new client's stream: `connected`, then what it missed since `lastEventId`, then what comes.
   * Throws AppError `rate_limited` if there are too many clients, in total or at one address.
   */
  connect(address: string, lastEventId: string | null): Promise<ReadableStream<Uint8Array>>;
  count(): number;
  /** Ends every stream; a client that may still listen comes back with its last id. */
  dropAll(): void;
  close(): void;
}

interface Options {
  events: EventBus;
  heartbeatMs: number;
  /** How many clients may listen, in total and at one address. */
  limits: { total: number; perAddress: number };
}

/** One prepared frame serves every client. */
interface Frame {
  bytes: Uint8Array;
  /** null: not an event. */
  id: string | null;
}

/** What every event stream begins with. */
const connected = frameOf('event: connected\ndata: ok\n\n');
/** A comment line, as the older tool sent it, and an event that tells scripts the same. */
const heartbeat = frameOf(`: still here\n\nevent: ${eventHeartbeat}\ndata: {}\n\n`);
/** Without an id, because there is nothing to come back to: the client reads everything again. */
const resync = frameOf('event: resync\ndata: {}\n\n');

/** Events between processes, which no client gets. */
const internalTypes: readonly MonitorEventType[] = [
  'settings_changed',
  'proxy_keys_changed',
  'state_issued',
  'channel_tested',
  'destination_tested',
  'alerts_changed',
  // It has what visitors may not see; pages read the channel again, because `target_updated` follows.
  'target_key_changed',
];

export function createEventClients({ events, heartbeatMs, limits }: Options): EventClients {
  const clients = new Set<EventClient>();
  const broadcast = (...frames: Frame[]) => {
    for (const frame of frames) for (const client of clients) client.send(frame);
  };
  const dropAll = () => {
    for (const client of clients) client.drop();
  };
  const unsubscribe = events.subscribe((stored) => broadcast(...framesOf(stored)));
  const stopHearing = events.onLoss(() => broadcast(resync));
  const timer = setInterval(broadcast, heartbeatMs, heartbeat);
  timer.unref();

  return {
    async connect(address, lastEventId) {
      const ofAddress = [...clients].filter((client) => client.address === address).length;
      if (clients.size >= limits.total || ofAddress >= limits.perAddress) {
        throw new AppError('rate_limited', 'too many open event streams', { retryAfterS: 30 });
      }
      // It joins before the history is read: what comes meanwhile waits behind what it missed.
      const client = createEventClient(address, (gone) => clients.delete(gone));
      clients.add(client);
      const missed = lastEventId === null ? [] : await events.since(lastEventId);
      client.begin(missed?.flatMap(framesOf) ?? [resync]);
      return client.stream;
    },
    count: () => clients.size,
    dropAll,
    close() {
      clearInterval(timer);
      unsubscribe();
      stopHearing();
      dropAll();
    },
  };
}

/** One listener. It is never waited for: one that falls too far behind is dropped. */
interface EventClient {
  address: string;
  stream: ReadableStream<Uint8Array>;
  /** Sends what was missed, then what came meanwhile and isn't part of it. */
  begin(missed: readonly Frame[]): void;
  /** Held back until `begin`. */
  send(frame: Frame): void;
  drop(): void;
}

/** A client that is this far behind is dropped; it comes back with its last id. */
const backlogLimitBytes = 256 * 1024;

function createEventClient(address: string, onGone: (client: EventClient) => void): EventClient {
  let controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  let held: Frame[] | null = [];
  const stream = new ReadableStream<Uint8Array>(
    {
      start(own) {
        controller = own;
      },
      cancel: () => onGone(client),
    },
    { highWaterMark: backlogLimitBytes, size: (bytes) => bytes?.byteLength ?? 0 },
  );
  const client: EventClient = {
    address,
    stream,
    begin(missed) {
      const ids = new Set(missed.map(({ id }) => id));
      const later = (held ?? []).filter(({ id }) => id === null || !ids.has(id));
      held = null;
      for (const frame of [connected, ...missed, ...later]) client.send(frame);
    },
    send(frame) {
      if (held) held.push(frame);
      else if ((controller?.desiredSize ?? 0) <= 0) client.drop();
      else controller?.enqueue(frame.bytes);
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

/** An event as a frame; none if no client gets it. */
function framesOf({ id, event }: StoredEvent): Frame[] {
  if (internalTypes.includes(event.type)) return [];
  return [frameOf(`id: ${id}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`, id)];
}

function frameOf(text: string, id: string | null = null): Frame {
  return { bytes: new TextEncoder().encode(text), id };
}
