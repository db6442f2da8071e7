import { endOfLastEvent } from './event-frames.ts';

/** Passes an answer's bytes on, some of them with a delay. */
export interface EventGate {
  /** The bytes that may be passed on; null if there are none yet. */
  pass(chunk: Buffer): Buffer | null;
  /** What is still held at the stream's end. */
  rest(): Buffer | null;
  /** What has been passed on ends with a whole event, so that another may follow. */
  readonly isBetweenEvents: boolean;
}

/** A longer event is passed on in pieces. */
const limitBytes = 64 * 1024;

/**
 * Holds the start of an event until its end has arrived. No client can use half an event, and if the
 * stream breaks there, the half would garble the error event that follows. The bytes stay the same, and an
 * upstream that writes whole events is never delayed.
 */
export function createEventGate(): EventGate {
  let held: Buffer | null = null;
  let isBetweenEvents = true;
  return {
    get isBetweenEvents() {
      return isBetweenEvents;
    },
    pass(chunk) {
      const bytes = held ? Buffer.concat([held, chunk]) : chunk;
      const end = endOfLastEvent(bytes);
      const isHeld = end < bytes.length && bytes.length - end <= limitBytes && !isIdle(bytes[end]);
      held = isHeld ? bytes.subarray(end) : null;
      if (!isHeld) {
        isBetweenEvents = end === bytes.length;
        return bytes;
      }
      if (end === 0) return null;
      isBetweenEvents = true;
      return bytes.subarray(0, end);
    },
    rest: () => held,
  };
}

/** A comment or a blank line: it keeps the connection alive, so it must not wait. */
function isIdle(first: number | undefined): boolean {
  return first === 0x3a || first === 0x0a || first === 0x0d;
}
