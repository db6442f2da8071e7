/** Lets the bytes of an answer through, some of them later than they came. */
export interface Gate {
  /** What may go on of all that came; null where that is nothing yet. */
  pass(chunk: Buffer): Buffer | null;
  /** What is held at the stream's proper end. */
  rest(): Buffer | null;
}

/** An event longer than this goes on in pieces. */
const limitBytes = 64 * 1024;

/**
 * Holds the start of an event until its end has come. No client can use half an event, and where the
 * stream breaks there, the half would make nonsense of the error that follows it. Nothing is changed:
 * the same bytes go through, and whoever ends its writes where events end is never held.
 */
export function createEventGate(): Gate {
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

/** A comment or a blank line: what keeps a connection awake, and must not wait. */
function isIdle(first: number | undefined): boolean {
  return first === 0x3a || first === 0x0a || first === 0x0d;
}

/** Just behind the last blank line; lines end in LF or CR LF. */
function endOfLastEvent(bytes: Buffer): number {
  const { length } = bytes;
  if (bytes[length - 1] === 0x0a && bytes[length - 2] === 0x0a) return length;
  return Math.max(endOf(bytes, '\n\n'), endOf(bytes, '\n\r\n'));
}

function endOf(bytes: Buffer, blankLine: string): number {
  const at = bytes.lastIndexOf(blankLine);
  return at < 0 ? 0 : at + blankLine.length;
}
