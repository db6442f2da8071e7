import { endOfLastEvent } from './event-frames.ts';

/** Passes an answer's bytes on, some of them with a delay. */
export interface EventGate {
  /** The bytes that may be passed on; null if there are none yet. */
  pass(chunk: Buffer): Buffer | null;
  /** What is still held at the stream's end. */
  rest(): Buffer | null;
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
  return {
    pass(chunk) {
      const bytes = held ? Buffer.concat([held, chunk]) : chunk;
      const end = endOfLastEvent(bytes);
      const isHeld = end < bytes.length && bytes.length - end <= limitBytes && !isIdle(bytes[end]);
      held = isHeld ? bytes.subarray(end) : null;
      if (!isHeld) return bytes;
      return end > 0 ? bytes.subarray(0, end) : null;
    },
    rest: () => held,
  };
}

/** A comment or a blank line: it keeps the connection alive, so it must not wait. */
function isIdle(first: number | undefined): boolean {
  return first === 0x3a || first === 0x0a || first === 0x0d;
}
