import type { FaultListener } from '../bus.ts';
import type { EventBus, EventListener, StoredEvent } from '../event-bus.ts';
import {
  compareEventIds,
  type EventId,
  formatEventId,
  nextEventId,
  parseEventId,
} from '../event-id.ts';
import { tellListeners } from '../tell-listeners.ts';

interface Options {
  nowMs: () => number;
  /** How many events a client that comes back may have missed. */
  historyLimit: number;
  onFault: FaultListener;
}

/** Events within one process; the history begins with the process. */
export function createInProcessEventBus({ nowMs, historyLimit, onFault }: Options): EventBus {
  const listeners = new Set<EventListener>();
  const history: { id: EventId; stored: StoredEvent }[] = [];
  let newest: EventId = { ms: nowMs(), sequence: 0 };
  // Everything after the horizon is still in the history.
  let horizon = newest;

  return {
    async publish(event) {
      newest = nextEventId(newest, nowMs());
      const stored = { id: formatEventId(newest), event };
      history.push({ id: newest, stored });
      if (history.length > historyLimit) horizon = history.shift()?.id ?? horizon;
      tellListeners(listeners, stored, onFault);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    // What never leaves the process isn't lost.
    onLoss: () => () => {},
    async since(lastId) {
      const last = parseEventId(lastId);
      if (!last || compareEventIds(last, horizon) < 0 || compareEventIds(last, newest) > 0)
        return null;
      return history.filter(({ id }) => compareEventIds(id, last) > 0).map(({ stored }) => stored);
    },
  };
}
