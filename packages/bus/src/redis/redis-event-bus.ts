import type { FaultListener } from '../bus.ts';
import type { EventBus, EventListener } from '../event-bus.ts';
import { compareEventIds, type EventId, parseEventId } from '../event-id.ts';
import {
  createEventHistory,
  type EventHistory,
  type HistoryEntry,
  readMessage,
} from './event-history.ts';
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
const zero: EventId = { ms: 0, sequence: 0 };
/** Beyond any event: asks only where the history ends. */
const end: EventId = { ms: 999_999_999_999_999, sequence: 0 };

/** Events in all processes that share a Redis; listeners get each once, in order, with no gap. */
export function createRedisEventBus(options: Options): RedisEventBus {
  const { connections, keyPrefix, historyLimit, onFault, onRedisFault } = options;
  const { link, subscriber } = connections;
  const channel = `${keyPrefix}:events`;
  const streamKey = `${keyPrefix}:event-history`;
  const history = createEventHistory({ link, streamKey, channel, limit: historyLimit });
  const listeners = new Set<EventListener>();
  const tell = ({ stored }: HistoryEntry) => {
    for (const listener of listeners) {
      try {
        listener(stored);
      } catch (fault) {
        onFault(fault, 'event listener');
      }
    }
  };
  const reader = createReader(history, tell);
  const quietly = (work: Promise<unknown>) => void work.catch((err) => onRedisFault(err, 'events'));

  subscriber.on('ready', () => quietly(subscriber.subscribe(channel).then(reader.catchUp)));
  subscriber.on('message', (_channel, message) => {
    const entry = readMessage(message);
    if (entry && !reader.take(entry)) quietly(reader.catchUp());
  });
  const timer = setInterval(() => {
    // Unasked, a socket that died without a word would stay silent for ever.
    if (subscriber.status === 'ready') quietly(subscriber.ping());
    if (link.isUp()) quietly(reader.catchUp());
  }, lookAgainMs);
  timer.unref();

  return {
    async publish(event) {
      // What this process publishes, its own listeners get, even before the first message.
      if (!reader.hasBegun()) await reader.catchUp();
      await history.append(event);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
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

/** Follows the history from now on: tells of each entry once, in order. */
function createReader(history: EventHistory, tell: (entry: HistoryEntry) => void) {
  let last: EventId | null = null;
  let underWay: Promise<void> | null = null;
  let isAskedAgain = false;

  const tellNew = (entry: HistoryEntry) => {
    if (last && compareEventIds(entry.id, last) <= 0) return;
    last = entry.id;
    tell(entry);
  };
  const readMissed = async () => {
    const { newest, events } = await history.readFrom(last ?? end);
    if (!last) {
      last = newest ?? zero;
    } else if (compareEventIds(newest ?? zero, last) < 0) {
      // Redis was emptied, and its clock may stand behind: whatever is there now is new.
      last = zero;
      isAskedAgain = newest !== null;
    } else {
      events.forEach(tellNew);
    }
  };
  const readAll = async () => {
    do {
      isAskedAgain = false;
      await readMissed();
    } while (isAskedAgain);
  };
  return {
    hasBegun: () => last !== null,
    /** Tells of a message at once; false where the history must be read to know what it means. */
    take(entry: HistoryEntry): boolean {
      if (!last || underWay || compareEventIds(entry.id, last) <= 0) return false;
      tellNew(entry);
      return true;
    },
    /** Tells of what was missed; several calls at once share one reading, and one more after it. */
    catchUp(): Promise<void> {
      if (underWay) isAskedAgain = true;
      underWay ??= readAll().finally(() => {
        underWay = null;
      });
      return underWay;
    },
  };
}
