import { spellingsOf, type UpstreamTarget } from '@api-monitor/core';

const asterisk = 0x2a;

interface Spelling {
  text: string;
  bytes: Buffer;
}

/** Worked out once for each channel, and forgotten with it. */
const spellings = new WeakMap<UpstreamTarget, readonly Spelling[]>();

function spellingsFor(channel: UpstreamTarget): readonly Spelling[] {
  const known = spellings.get(channel);
  if (known) return known;
  const made = spellingsOf(channel.apiKey).map((text) => ({ text, bytes: Buffer.from(text) }));
  spellings.set(channel, made);
  return made;
}

/**
 * Covers a channel's key with asterisks in all that goes to a client: the key isn't the client's, and
 * channels quote it in errors. Lengths stay as they are. One for each answer.
 */
export class KeyCover {
  readonly #spellings: readonly Spelling[];
  /** The end of what came so far, which may be the start of the key. */
  #held: Buffer | null = null;

  constructor(channel: UpstreamTarget) {
    this.#spellings = spellingsFor(channel);
  }

  /** Takes the next bytes, which it may change; returns what can go on, null if that is nothing yet. */
  pass(chunk: Buffer): Buffer | null {
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = null;
    let heldFrom = bytes.length;
    for (const { bytes: needle } of this.#spellings) cover(bytes, needle);
    for (const { bytes: needle } of this.#spellings)
      heldFrom = Math.min(heldFrom, startOfKey(bytes, needle));
    if (heldFrom >= bytes.length) return bytes;
    this.#held = Buffer.from(bytes.subarray(heldFrom));
    return heldFrom === 0 ? null : bytes.subarray(0, heldFrom);
  }

  /** What is held at the end: it was not the key. */
  rest(): Buffer | null {
    return this.#held;
  }

  inText(text: string): string {
    return this.#spellings.reduce(
      (sofar, spelling) => sofar.replaceAll(spelling.text, '*'.repeat(spelling.text.length)),
      text,
    );
  }
}

function cover(bytes: Buffer, needle: Buffer): void {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
    bytes.fill(asterisk, at, at + needle.length);
  }
}

/** Where the bytes end in the first part of the needle; infinite if they don't. */
function startOfKey(bytes: Buffer, needle: Buffer): number {
  const { length } = bytes;
  // An event ends with its line, and no key with that: most chunks are done here.
  if (length === 0 || !needle.includes(bytes[length - 1] ?? 0)) return Number.POSITIVE_INFINITY;
  const first = needle[0] ?? 0;
  let at = bytes.indexOf(first, Math.max(0, length - needle.length + 1));
  for (; at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (bytes.compare(needle, 0, length - at, at, length) === 0) return at;
  }
  return Number.POSITIVE_INFINITY;
}
