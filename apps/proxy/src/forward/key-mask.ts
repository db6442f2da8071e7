import { spellingsOf, type UpstreamTarget } from '@api-monitor/core';

const asterisk = 0x2a;

interface Spelling {
  text: string;
  bytes: Buffer;
}

/** Cached for each target. */
const spellings = new WeakMap<UpstreamTarget, readonly Spelling[]>();

function spellingsFor(target: UpstreamTarget): readonly Spelling[] {
  const known = spellings.get(target);
  if (known) return known;
  const made = spellingsOf(target.apiKey).map((text) => ({ text, bytes: Buffer.from(text) }));
  spellings.set(target, made);
  return made;
}

/**
 * Masks a target's key with asterisks in everything that goes to a client, because targets quote it in
 * errors. Lengths don't change. Each answer needs a new instance.
 */
export class KeyMask {
  readonly #spellings: readonly Spelling[];
  /** The last bytes, if they may be the start of the key. */
  #held: Buffer | null = null;

  constructor(target: UpstreamTarget) {
    this.#spellings = spellingsFor(target);
  }

  /**
   * Takes the next bytes, which it may change. Returns those that can be passed on; null if there are none
   * yet.
   */
  pass(chunk: Buffer): Buffer | null {
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = null;
    let heldFrom = bytes.length;
    for (const { bytes: needle } of this.#spellings) mask(bytes, needle);
    for (const { bytes: needle } of this.#spellings)
      heldFrom = Math.min(heldFrom, startOfKey(bytes, needle));
    if (heldFrom >= bytes.length) return bytes;
    this.#held = Buffer.from(bytes.subarray(heldFrom));
    return heldFrom === 0 ? null : bytes.subarray(0, heldFrom);
  }

  /** What is held at the end: it wasn't the key. */
  rest(): Buffer | null {
    return this.#held;
  }

  inText(text: string): string {
    let masked = text;
    for (const { text: key } of this.#spellings) {
      if (masked.includes(key)) masked = masked.replaceAll(key, '*'.repeat(key.length));
    }
    return masked;
  }
}

function mask(bytes: Buffer, needle: Buffer): void {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
    bytes.fill(asterisk, at, at + needle.length);
  }
}

/** The index of a start of the needle that ends with the bytes; infinite if there is none. */
function startOfKey(bytes: Buffer, needle: Buffer): number {
  const { length } = bytes;
  // Most chunks end with a line feed, which no key contains.
  if (length === 0 || !needle.includes(bytes[length - 1] ?? 0)) return Number.POSITIVE_INFINITY;
  const first = needle[0] ?? 0;
  let at = bytes.indexOf(first, Math.max(0, length - needle.length + 1));
  for (; at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (bytes.compare(needle, 0, length - at, at, length) === 0) return at;
  }
  return Number.POSITIVE_INFINITY;
}
