import { spellingsOf, type UpstreamTarget } from '@api-monitor/core';

const asterisk = 0x2a;

interface Spelling {
  text: string;
  bytes: Buffer;
}

/** The spellings of a channel's keys, prepared so that hundreds of keys cost about as much as one. */
interface Needles {
  /** By their first bytes, which the keys of a channel mostly share. */
  groups: { start: Buffer; spellings: Spelling[] }[];
  /** Whether any spelling has this byte. */
  has: Uint8Array;
  longest: number;
}

/** Cached for each target, or for each list of keys that the targets of a channel share. */
const needles = new WeakMap<object, Needles>();

function needlesFor(target: UpstreamTarget): Needles {
  const owner = target.allKeys ?? target;
  const known = needles.get(owner);
  if (known) return known;
  const made = needlesOf([...new Set([target.apiKey, ...(target.allKeys ?? [])])]);
  needles.set(owner, made);
  return made;
}

/** No spelling is shorter than eight characters. */
const startLength = 4;

function needlesOf(keys: readonly string[]): Needles {
  const has = new Uint8Array(256);
  const groups = new Map<string, Needles['groups'][number]>();
  let longest = 0;
  for (const text of new Set(keys.flatMap(spellingsOf))) {
    const bytes = Buffer.from(text);
    for (const byte of bytes) has[byte] = 1;
    longest = Math.max(longest, bytes.length);
    const start = bytes.subarray(0, startLength);
    const name = start.toString('latin1');
    const group = groups.get(name) ?? { start, spellings: [] };
    group.spellings.push({ text, bytes });
    groups.set(name, group);
  }
  return { groups: [...groups.values()], has, longest };
}

/**
 * Masks a target's keys with asterisks in everything that goes to a client, because targets quote them in
 * errors. Lengths don't change. Each answer needs a new instance.
 */
export class KeyMask {
  readonly #needles: Needles;
  /** The last bytes, if they may be the start of a key. */
  #held: Buffer | null = null;

  constructor(target: UpstreamTarget) {
    this.#needles = needlesFor(target);
  }

  /**
   * Takes the next bytes, which it may change. Returns those that can be passed on; null if there are none
   * yet.
   */
  pass(chunk: Buffer): Buffer | null {
    const bytes = this.#held ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = null;
    for (const { start, spellings } of this.#needles.groups) {
      if (!bytes.includes(start)) continue;
      for (const { bytes: needle } of spellings) mask(bytes, needle);
    }
    const heldFrom = startOfKey(bytes, this.#needles);
    if (heldFrom >= bytes.length) return bytes;
    this.#held = Buffer.from(bytes.subarray(heldFrom));
    return heldFrom === 0 ? null : bytes.subarray(0, heldFrom);
  }

  /** What is held at the end: it wasn't a key. */
  rest(): Buffer | null {
    return this.#held;
  }

  inText(text: string): string {
    let masked = text;
    for (const { spellings } of this.#needles.groups) {
      for (const { text: key } of spellings) {
        if (masked.includes(key)) masked = masked.replaceAll(key, '*'.repeat(key.length));
      }
    }
    return masked;
  }
}

function mask(bytes: Buffer, needle: Buffer): void {
  for (let at = bytes.indexOf(needle); at >= 0; at = bytes.indexOf(needle, at + needle.length)) {
    bytes.fill(asterisk, at, at + needle.length);
  }
}

/** The index of the first start of a key that ends with the bytes; infinite if there is none. */
function startOfKey(bytes: Buffer, { groups, has, longest }: Needles): number {
  const { length } = bytes;
  // Most chunks end with a line feed, which no key contains.
  if (length === 0 || has[bytes[length - 1] ?? 0] !== 1) return Number.POSITIVE_INFINITY;
  for (let at = Math.max(0, length - longest + 1); at < length; at += 1) {
    if (groups.some((group) => endsInStart(bytes, at, group))) return at;
  }
  return Number.POSITIVE_INFINITY;
}

function endsInStart(bytes: Buffer, at: number, { start, spellings }: Needles['groups'][number]) {
  const compared = Math.min(start.length, bytes.length - at);
  if (bytes.compare(start, 0, compared, at, at + compared) !== 0) return false;
  const rest = bytes.length - at;
  return spellings.some(
    ({ bytes: needle }) =>
      rest < needle.length && bytes.compare(needle, 0, rest, at, bytes.length) === 0,
  );
}
