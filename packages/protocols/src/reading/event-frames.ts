/** Cuts a body into pieces that can be read on their own. */
export interface Frames {
  /** Calls `onFrame` with whole events or values, which are only valid during the call. */
  take(chunk: Buffer, onFrame: (frame: Buffer) => void): void;
  /** The start of a frame whose end hasn't come; null if there is none. */
  rest(): Buffer | null;
}

/** Its start, if it is too long to be kept. */
export type OnTooLong = (start: Buffer) => void;

const shownBytes = 512;

/** Frames of one or more whole events. An event ends with a blank line; lines end in LF, CR LF or CR. */
export function createEventFrames(limitBytes: number, onTooLong: OnTooLong): Frames {
  const held = createHeld(limitBytes, onTooLong);
  return {
    take(chunk, onFrame) {
      const end = endOfLastEvent(chunk) || endAtSeam(held.lastBytes(), chunk);
      if (end === 0) {
        held.add(chunk);
        return;
      }
      const frame = held.withNext(end === chunk.length ? chunk : chunk.subarray(0, end));
      if (frame) onFrame(frame);
      if (end < chunk.length) held.add(chunk.subarray(end));
    },
    rest: () => held.withNext(null),
  };
}

/** With the end of the line before. */
const blankLines = ['\n\n', '\n\r\n', '\r\r'];

/** The index after the last blank line; 0 if there is none. */
export function endOfLastEvent(bytes: Buffer): number {
  const { length } = bytes;
  if (bytes[length - 1] === 0x0a && bytes[length - 2] === 0x0a) return length;
  return Math.max(...blankLines.map((blankLine) => endOf(bytes, blankLine)));
}

/** The index after the first blank line from `from` on, and those that follow it; the length if there is none. */
export function endOfFirstEvent(bytes: Buffer, from: number): number {
  const ends = blankLines.flatMap((blankLine) => {
    const at = bytes.indexOf(blankLine, from);
    return at < 0 ? [] : at + blankLine.length;
  });
  let end = Math.min(...ends, bytes.length);
  while (bytes[end] === 0x0a || bytes[end] === 0x0d) end += 1;
  return end;
}

/** Where the event begins that contains `at`, in a frame as Latin-1. */
export function startOfEvent(frame: string, at: number): number {
  const ends = blankLines.map((blankLine) => {
    const found = frame.lastIndexOf(blankLine, at - blankLine.length);
    return found < 0 ? 0 : found + blankLine.length;
  });
  return at === 0 ? 0 : Math.max(...ends);
}

function endOf(bytes: Buffer, blankLine: string): number {
  const at = bytes.lastIndexOf(blankLine);
  return at < 0 ? 0 : at + blankLine.length;
}

/** The end in `chunk` of a blank line that began before it; 0 if none did. */
function endAtSeam(before: string, chunk: Buffer): number {
  if (before === '') return 0;
  const match = /\n\r?\n|\r\r/.exec(before + chunk.toString('latin1', 0, 2));
  return match ? Math.max(0, match.index + match[0].length - before.length) : 0;
}

/** Frames of one value each, from a JSON array. */
export function createArrayFrames(limitBytes: number, onTooLong: OnTooLong): Frames {
  const held = createHeld(limitBytes, onTooLong);
  let depth = 0;
  let isInString = false;
  let isEscaped = false;
  return {
    take(chunk, onFrame) {
      // Only values with brackets are of interest: an event is an object.
      let begin = depth > 1 ? 0 : -1;
      for (let at = 0; at < chunk.length; at += 1) {
        const byte = chunk[at];
        if (isInString) {
          if (isEscaped) isEscaped = false;
          else if (byte === 0x5c) isEscaped = true;
          else if (byte === 0x22) isInString = false;
        } else if (byte === 0x22) isInString = true;
        else if (byte === 0x7b || byte === 0x5b) {
          depth += 1;
          if (depth === 2) begin = at;
        } else if (byte === 0x7d || byte === 0x5d) {
          depth -= 1;
          if (depth !== 1) continue;
          const frame = held.withNext(chunk.subarray(begin, at + 1));
          if (frame) onFrame(frame);
          begin = -1;
        }
      }
      if (begin >= 0) held.add(chunk.subarray(begin));
    },
    rest: () => (depth > 0 ? (held.withNext(null) ?? Buffer.from('[')) : null),
  };
}

/** The start of a frame in its own memory, because the chunks' memory is used again. */
function createHeld(limitBytes: number, onTooLong: OnTooLong) {
  let pieces: Buffer[] = [];
  let length = 0;
  let isTooLong = false;
  let lastBytes = '';
  return {
    add(bytes: Buffer): void {
      lastBytes = (lastBytes + bytes.subarray(-3).toString('latin1')).slice(-3);
      if (isTooLong) return;
      pieces.push(Buffer.from(bytes));
      length += bytes.length;
      if (length <= limitBytes) return;
      isTooLong = true;
      onTooLong(Buffer.from(Buffer.concat(pieces).subarray(0, shownBytes)));
      pieces = [];
    },
    lastBytes: () => lastBytes,
    /** The frame that ends with `next`. Of one that was too long only the end is left. */
    withNext(next: Buffer | null): Buffer | null {
      const all = next ? [...pieces, next] : pieces;
      pieces = [];
      length = 0;
      isTooLong = false;
      lastBytes = '';
      return all.length > 1 ? Buffer.concat(all) : (all[0] ?? null);
    },
  };
}
