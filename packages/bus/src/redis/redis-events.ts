import type { MonitorEvent } from '@api-monitor/core';
import type { EventBus, EventListener } from '../bus.ts';
import { compareEventIds, type EventId, parseEventId } from '../event-id.ts';
import { createListeners } from '../listeners.ts';
import {
  createEventHistory,
  type EventHistory,
  type HistoryEntry,
  readMessage,
} from './event-history.ts';
import type { RedisContext } from './redis-connections.ts';

interface RedisEvents extends EventBus {
  close(): void;
}

/** Events in all processes that share a Redis. Listeners get each once, in order, without gaps. */
export function createRedisEvents(context: RedisContext, historyLimit: number): RedisEvents {
  const { link, subscriber, keyPrefix, periods, onFault, onRedisFault } = context;
  const channel = `${keyPrefix}:events`;
  const streamKey = `${keyPrefix}:event-history`;
  const history = createEventHistory({ link, streamKey, channel, limit: historyLimit });
  const listeners = createListeners<Parameters<EventListener>>(onFault);
  const lossListeners = createListeners(onFault);
  const reader = createEventReader(history, {
    onEvent: ({ stored }: HistoryEntry) => listeners.notify(stored),
    onLoss: lossListeners.notify,
  });
  const reportFault = (work: Promise<unknown>) => work.catch((err) => onRedisFault(err, 'events'));

  let wasSubscribed = false;
  /** Until then a message may arrive before the reader has read what was published before it. */
  let isCaughtUp = false;
  const subscribe = async () => {
    isCaughtUp = false;
    await subscriber.subscribe(channel);
    await reader.catchUp();
    isCaughtUp = true;
    // Other processes may have been cut off as well and have published nothing.
    if (wasSubscribed) lossListeners.notify();
    wasSubscribed = true;
  };
  subscriber.on('ready', () => reportFault(subscribe()));
  subscriber.on('message', (_channel, message) => {
    const entry = readMessage(message);
    const isTaken = entry && isCaughtUp && reader.take(entry);
    if (entry && !isTaken) reportFault(reader.catchUp());
  });
  subscriber.on('close', () => {
    isCaughtUp = false;
  });
  const publish = async (event: MonitorEvent) => {
    // Listeners of this process get its own events even before the subscription.
    if (!reader.hasBegun()) await reader.catchUp();
    await history.append(event);
    // No message will arrive for it, and Redis may be emptied before the subscription.
    if (!isCaughtUp) await reader.catchUp();
  };
  const timer = setInterval(() => {
    // Without traffic, a socket that died silently would never be noticed.
    if (subscriber.status === 'ready') reportFault(subscriber.ping());
    if (link.isUp()) reportFault(reader.catchUp());
  }, periods.catchUp).unref();

  return {
    publish: async (event) => void (await reportFault(publish(event))),
    subscribe: listeners.add,
    onLoss: lossListeners.add,
    async since(lastId) {
      const last = parseEventId(lastId);
      if (!last) return null;
      const { first, newest, events } = await history.readFrom(last);
      if (!first || !newest) return null;
      if (compareEventIds(last, first) < 0 || compareEventIds(last, newest) > 0) return null;
      return events.filter(({ id }) => compareEventIds(id, last) > 0).map(({ stored }) => stored);
    },
    close: () => clearInterval(timer),
  };
}

interface Listeners {
  onEvent: (entry: HistoryEntry) => void;
  /** The history no longer reaches back to the last event that was reported. */
  onLoss: () => void;
}

const zero: EventId = { ms: 0, sequence: 0 };
/** Newer than any event, so that only the end of the history is read. */
const end: EventId = { ms: 999_999_999_999_999, sequence: 0 };

/** Follows the history from now on, and reports each entry once, in order. */
function createEventReader(history: EventHistory, { onEvent, onLoss }: Listeners) {
  let last: EventId | null = null;
  let reading: Promise<void> | null = null;
  let mustReadAgain = false;

  const reportNew = (entry: HistoryEntry) => {
    if (last && compareEventIds(entry.id, last) <= 0) return;
    last = entry.id;
    onEvent(entry);
  };
  const readMissed = async () => {
    const { first, newest, events } = await history.readFrom(last ?? end);
    if (!last) {
      last = newest ?? zero;
    } else if (compareEventIds(newest ?? zero, last) < 0) {
      // Redis was emptied, and its clock may have gone back: everything in it is new.
      last = zero;
      mustReadAgain = newest !== null;
      onLoss();
    } else {
      // A history that was empty is complete until its first events are dropped.
      const isCut =
        last === zero
          ? events.length >= history.length
          : first !== null && compareEventIds(last, first) < 0;
      if (isCut) onLoss();
      events.forEach(reportNew);
    }
  };
  const readAll = async () => {
    try {
      do {
        mustReadAgain = false;
        await readMissed();
      } while (mustReadAgain);
    } finally {
      // Here, not after the await: otherwise a call made in between would wait for a reading that has ended.
      reading = null;
    }
  };
  return {
    hasBegun: () => last !== null,
    /** Reports a message at once; false if the history must be read to place it. */
    take(entry: HistoryEntry): boolean {
      if (!last || reading || compareEventIds(entry.id, last) <= 0) return false;
      reportNew(entry);
      return true;
    },
    /** Reports what was missed. Simultaneous calls share one reading, and one more after it. */
    catchUp(): Promise<void> {
      if (reading) mustReadAgain = true;
      reading ??= readAll();
      return reading;
    },
  };
}
