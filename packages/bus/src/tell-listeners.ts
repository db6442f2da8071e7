import type { FaultListener } from './bus.ts';
import type { EventListener, StoredEvent } from './event-bus.ts';

/** Tells every listener; one that throws keeps the event from nobody. */
export function tellListeners(
  listeners: Iterable<EventListener>,
  stored: StoredEvent,
  onFault: FaultListener,
): void {
  for (const listener of listeners) {
    try {
      listener(stored);
    } catch (fault) {
      onFault(fault, 'event listener');
    }
  }
}
