import type { EventBus, StoredEvent } from '@api-monitor/bus';
import { AppError } from '@api-monitor/core';
import { createEventClient, type EventClient } from './event-client.ts';
import { frameOf, heartbeatFrame, resyncFrame } from './event-frame.ts';

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
