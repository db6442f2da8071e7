import type { Draft } from '../codecs/draft.ts';

/** English text takes about four bytes a token. */
const bytesPerToken = 4;

/**
 * About how many tokens an answer's text has. A stream's events aren't all read, so what they carry besides
 * text is measured at the first ones, and taken off the length of each that follows.
 */
export class TextEstimate {
  #textBytes = 0;
  /** What an event has besides its text, in bytes; null before the first text. */
  #envelope: number | null = null;

  get tokens(): number {
    return Math.ceil(this.#textBytes / bytesPerToken);
  }

  /** An event, or a whole body, that was read: its length, and how many bytes of text it had. */
  measure(length: number, said: number): void {
    if (said === 0) return;
    this.#textBytes += said;
    this.#envelope ??= Math.max(0, length - said);
  }

  /** Events that aren't read. */
  count(events: Buffer): void {
    const envelope = this.#envelope;
    if (envelope === null) return;
    for (let at = 0; at < events.length; ) {
      const found = events.indexOf(blankLine, at);
      const end = found < 0 ? events.length : found + blankLine.length;
      this.#textBytes += Math.max(0, end - at - envelope);
      at = end;
    }
  }
}

const blankLine = '\n\n';

/** How many bytes the draft's text has, thoughts and tool calls included. */
export function textBytesOf({ text, thought, refusal, toolCalls }: Draft): number {
  let length = Buffer.byteLength(text) + Buffer.byteLength(thought) + Buffer.byteLength(refusal);
  for (const call of toolCalls.values()) length += Buffer.byteLength(call.name + call.arguments);
  return length;
}
