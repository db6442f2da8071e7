/** `<Unix ms>-<sequence>`: the form of Redis stream ids, which both drivers use. */
export interface EventId {
  ms: number;
  sequence: number;
}

export function formatEventId({ ms, sequence }: EventId): string {
  return `${ms}-${sequence}`;
}

/** Null if the text isn't an event id. */
export function parseEventId(text: string): EventId | null {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  return match ? { ms: Number(match[1]), sequence: Number(match[2]) } : null;
}

/** Negative if `a` is older than `b`, 0 if they are the same, positive if `a` is newer. */
export function compareEventIds(a: EventId, b: EventId): number {
  return a.ms - b.ms || a.sequence - b.sequence;
}

/** The id of an event at `nowMs`: newer than `previous` even if the clock stood still or went back. */
export function nextEventId(previous: EventId, nowMs: number): EventId {
  return nowMs > previous.ms
    ? { ms: nowMs, sequence: 0 }
    : { ms: previous.ms, sequence: previous.sequence + 1 };
}
