import { compareEventIds, type EventId } from '../event-id.ts';
import type { EventHistory, HistoryEntry } from './event-history.ts';

interface Listeners {
  onEvent: (entry: HistoryEntry) => void;
  /** The history no longer reaches back to the last event that was reported. */
  onLoss: () => void;
}

const zero: EventId = { ms: 0, sequence: 0 };
/** Newer than any event: reads only where the history ends. */
const end: EventId = { ms: 999_999_999_999_999, sequence: 0 };

/** Follows the history from now on, and reports each entry once, in order. */
export function createEventReader(history: EventHistory, { onEvent, onLoss }: Listeners) {
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
