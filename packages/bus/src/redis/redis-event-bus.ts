import type { MonitorEvent } from '@api-monitor/core';
import type { FaultListener } from '../bus.ts';
import type { EventBus, EventListener } from '../event-bus.ts';
import { compareEventIds, parseEventId } from '../event-id.ts';
import { tellListeners } from '../tell-listeners.ts';
import {
  createEventHistory,
  type EventHistory,
  type HistoryEntry,
  readMessage,
} from './event-history.ts';
import { createEventReader } from './event-reader.ts';
import type { RedisConnections } from './redis-connections.ts';

interface Options {
  connections: RedisConnections;
  keyPrefix: string;
  /** How many events a client that comes back may have missed. */
  historyLimit: number;
  /** Told of what listeners threw. */
  onFault: FaultListener;
  /** Told of Redis's faults, at a bounded rate. */
  onRedisFault: FaultListener;
}

interface RedisEventBus extends EventBus {
  close(): void;
}

/** Pub/sub keeps no promise: what it dropped without a word is found this late. */
const lookAgainMs = 5_000;

/** Events in all processes that share a Redis; listeners get each once, in order, with no gap. */
export function createRedisEventBus(options: Options): RedisEventBus {
  const { connections, keyPrefix, historyLimit, onFault, onRedisFault } = options;
  const { link, subscriber } = connections;
  const channel = `${keyPrefix}:events`;
  const streamKey = `${keyPrefix}:event-history`;
  const history = createEventHistory({ link, streamKey, channel, limit: historyLimit });
  const listeners = new Set<EventListener>();
  const lossListeners = new Set<() => void>();
  const tell = ({ stored }: HistoryEntry) => {
    tellListeners(listeners, stored, onFault);
  };
  const tellLoss = () => {
    for (const listener of lossListeners) listener();
  };
  const reader = createEventReader(history, { tell, tellLoss });
  const quietly = (work: Promise<void>) => work.catch((err) => onRedisFault(err, 'events'));

  let hasBegun = false;
  /** Nothing was missed: until then a message may have overtaken what came before the subscription. */
  let isCaughtUp = false;
  const begin = async () => {
    isCaughtUp = false;
    await subscriber.subscribe(channel);
    await reader.catchUp();
    isCaughtUp = true;
    // Whoever was cut off too could publish nothing meanwhile.
    if (hasBegun) tellLoss();
    hasBegun = true;
  };
  subscriber.on('ready', () => quietly(begin()));
  subscriber.on('message', (_channel, message) => {
    const entry = readMessage(message);
    const isTold = entry && isCaughtUp && reader.take(entry);
    if (entry && !isTold) quietly(reader.catchUp());
  });
  subscriber.on('close', () => {
    isCaughtUp = false;
  });
  const publish = async (event: MonitorEvent) => {
    // What this process publishes, its own listeners get, even before the first message.
    if (!reader.hasBegun()) await reader.catchUp();
    await history.append(event);
    // No message tells of it, and Redis may be emptied before the subscription stands.
    if (!isCaughtUp) await reader.catchUp();
  };
  const timer = setInterval(() => {
    // Unasked, a socket that died without a word would stay silent for ever.
    if (subscriber.status === 'ready') quietly(subscriber.ping().then(() => {}));
    if (link.isUp()) quietly(reader.catchUp());
  }, lookAgainMs);
  timer.unref();

  return {
    publish: (event) => quietly(publish(event)),
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    onLoss(listener) {
      lossListeners.add(listener);
      return () => lossListeners.delete(listener);
    },
    since: (lastId) => since(history, lastId),
    close: () => clearInterval(timer),
  };
}

async function since(history: EventHistory, lastId: string) {
  const last = parseEventId(lastId);
  if (!last) return null;
  const { first, newest, events } = await history.readFrom(last);
  if (!first || !newest) return null;
  if (compareEventIds(last, first) < 0 || compareEventIds(last, newest) > 0) return null;
  return events.filter(({ id }) => compareEventIds(id, last) > 0).map(({ stored }) => stored);
}
