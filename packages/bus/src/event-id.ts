/** `<Unix ms>-<sequence>`: the form of Redis stream ids, so both drivers share one history format. */
export interface EventId {
  ms: number;
  sequence: number;
}

export function formatEventId(id: EventId): string {
  return `${id.ms}-${id.sequence}`;
}

/** Null where the text is no event id. */
export function parseEventId(text: string): EventId | null {
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(text);
  return match ? { ms: Number(match[1]), sequence: Number(match[2]) } : null;
}

/** Negative, zero or positive, as `a` is older than, the same as, or newer than `b`. */
export function compareEventIds(a: EventId, b: EventId): number {
  return a.ms - b.ms || a.sequence - b.sequence;
}

/** The id of an event at `nowMs`: newer than `previous` even where the clock stood or went back. */
export function nextEventId(previous: EventId, nowMs: number): EventId {
  return nowMs > previous.ms
    ? { ms: nowMs, sequence: 0 }
    : { ms: previous.ms, sequence: previous.sequence + 1 };
}
