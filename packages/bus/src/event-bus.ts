import type { MonitorEvent } from '@api-monitor/core';

/** An event with its place in the history: `<Unix ms>-<sequence>`, growing. */
export interface StoredEvent {
  id: string;
  event: MonitorEvent;
}

export type EventListener = (stored: StoredEvent) => void;

/** What processes tell each other. Listeners must be quick; a slow reader is theirs to drop. */
export interface EventBus {
  /** Never rejects: an event that can't be told is lost, and whoever made the bus hears of the fault. */
  publish(event: MonitorEvent): Promise<void>;
  /** Returns the way to stop listening. */
  subscribe(listener: EventListener): () => void;
  /**
   * Calls where events may have been lost: whoever follows them reads anew what they tell of. Returns
   * the way to stop.
   */
  onLoss(listener: () => void): () => void;
  /** The events after `lastId`, oldest first; null where the history no longer reaches back so far. */
  since(lastId: string): Promise<StoredEvent[] | null>;
}
