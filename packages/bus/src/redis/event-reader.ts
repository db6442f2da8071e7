import { compareEventIds, type EventId } from '../event-id.ts';
import type { EventHistory, HistoryEntry } from './event-history.ts';

interface Listeners {
  tell: (entry: HistoryEntry) => void;
  /** Called where the history no longer reaches back to what was told last. */
  tellLoss: () => void;
}

const zero: EventId = { ms: 0, sequence: 0 };
/** Beyond any event: asks only where the history ends. */
const end: EventId = { ms: 999_999_999_999_999, sequence: 0 };

/** Follows the history from now on: tells of each entry once, in order. */
export function createEventReader(history: EventHistory, { tell, tellLoss }: Listeners) {
  let last: EventId | null = null;
  let underWay: Promise<void> | null = null;
  let isAskedAgain = false;

  const tellNew = (entry: HistoryEntry) => {
    if (last && compareEventIds(entry.id, last) <= 0) return;
    last = entry.id;
    tell(entry);
  };
  const readMissed = async () => {
    const { first, newest, events } = await history.readFrom(last ?? end);
    if (!last) {
      last = newest ?? zero;
    } else if (compareEventIds(newest ?? zero, last) < 0) {
      // Redis was emptied, and its clock may stand behind: whatever is there now is new.
      last = zero;
      isAskedAgain = newest !== null;
      tellLoss();
    } else {
      // What begins after an empty history is whole until the first are dropped.
      const isCut =
        last === zero
          ? events.length >= history.length
          : first !== null && compareEventIds(last, first) < 0;
      if (isCut) tellLoss();
      events.forEach(tellNew);
    }
  };
  const readAll = async () => {
    try {
      do {
        isAskedAgain = false;
        await readMissed();
      } while (isAskedAgain);
    } finally {
      // At once: who asks a moment after the last look would be told that one is under way.
      underWay = null;
    }
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
      underWay ??= readAll();
      return underWay;
    },
  };
}
