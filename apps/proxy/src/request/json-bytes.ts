// Functions that step through raw JSON, each in time linear in the bytes that it passes.

export const quote = 0x22;
export const backslash = 0x5c;
export const smallU = 0x75;
export const comma = 0x2c;
export const colon = 0x3a;
export const openBracket = 0x5b;
export const openBrace = 0x7b;
export const closingBracket = 0x5d;
export const closingBrace = 0x7d;

/**
 * A string's end is searched byte by byte up to here, because a call of the native search costs as much.
 */
const nearBytes = 64;

/** The next quote, brace or bracket; the body's length if there is none. */
export function nextStop(body: Buffer, from: number): number {
  const { length } = body;
  for (let at = from; at < length; at += 1) {
    const byte = body[at] ?? 0;
    // One or two comparisons pass digits, capitals, commas and white space, of which there may be many.
    if (byte < 0x5b ? byte === quote : isBracket(byte)) return at;
  }
  return length;
}

function isBracket(byte: number): boolean {
  return byte === 0x5b || byte === 0x5d || byte === 0x7b || byte === 0x7d;
}

/** Where the string's closing quote is, -1 if it has none; `from` is the first byte within it. */
export function endOfString(body: Buffer, from: number): number {
  let at = from;
  while (at < body.length) {
    const nearEnd = Math.min(at + nearBytes, body.length);
    while (at < nearEnd) {
      if (body[at] === quote) return at;
      at += body[at] === backslash ? 2 : 1;
    }
    const found = body.indexOf(quote, at);
    if (found < 0 || !isEscaped(body, found, at)) return found;
    at = found + 1;
  }
  return -1;
}

function isEscaped(body: Buffer, at: number, from: number): boolean {
  let escapes = 0;
  while (at - 1 - escapes >= from && body[at - 1 - escapes] === backslash) escapes += 1;
  return escapes % 2 === 1;
}

/** `start` and `end`: of a key's text; `value`: where its value begins; `depth`: 1 for the object's own keys. */
export type OnKey = (start: number, end: number, value: number, depth: number) => void;

/**
 * Calls back for each key of the JSON object and of those within it, down to a depth. Returns `broken` if a
 * string or a bracket isn't closed, `other` if it isn't an object. Passes numbers, because a body may have
 * millions of keys.
 */
export function scanKeys(body: Buffer, onKey: OnKey, deepest = 2): 'object' | 'other' | 'broken' {
  const start = firstByte(body);
  let depth = 0;
  for (let at = nextStop(body, start); at < body.length; at = nextStop(body, at + 1)) {
    const byte = body[at];
    if (byte === quote) {
      const end = endOfString(body, at + 1);
      if (end < 0) return 'broken';
      const afterKey = depth >= 1 && depth <= deepest ? firstByte(body, end + 1) : -1;
      if (body[afterKey] === colon) onKey(at + 1, end, firstByte(body, afterKey + 1), depth);
      at = end;
    } else if (byte === openBrace || byte === openBracket) {
      if (depth === 0 && byte === openBracket) return 'other';
      if (depth === 0 && at !== start) return 'broken';
      depth += 1;
    } else {
      depth -= 1;
      if (depth < 0) return 'broken';
    }
  }
  if (depth !== 0) return 'broken';
  return body[start] === openBrace ? 'object' : 'other';
}

/**
 * Whether a key is a word of ASCII letters, exactly or in other letter case (`"\u006dodel"` is `"model"`);
 * null if it is another word. Allocates nothing, because a body may have millions of keys.
 */
export function spellingOf(
  body: Buffer,
  start: number,
  end: number,
  word: string,
): 'exact' | 'other_case' | null {
  let at = start;
  let isExact = true;
  for (let letter = 0; letter < word.length; letter += 1) {
    const isCode = body[at] === backslash && body[at + 1] === smallU;
    const isLongS = body[at] === 0xc5 && body[at + 1] === 0xbf;
    const isKelvin = body[at] === 0xe2 && body[at + 1] === 0x84 && body[at + 2] === 0xaa;
    const other = isLongS ? longS : isKelvin ? kelvin : (body[at] ?? 0);
    const code = isCode ? hexAt(body, at + 2) : other;
    const wanted = word.charCodeAt(letter);
    if (smallLetter(code) !== smallLetter(wanted) || at >= end) return null;
    isExact &&= code === wanted;
    at += isCode ? 6 : isLongS ? 2 : isKelvin ? 3 : 1;
  }
  if (at !== end) return null;
  return isExact ? 'exact' : 'other_case';
}

/** The first byte that isn't white space or part of the byte order mark that some clients send. */
export function firstByte(body: Buffer, from = 0): number {
  let at = from;
  while (isBlank[body[at] ?? 0]) at += 1;
  return at;
}

const isBlank = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]) isBlank[byte] = 1;

/** `ſ` and the Kelvin sign, which Go's encoding/json takes for `s` and `k` when it ignores letter case. */
const longS = 0x17f;
const kelvin = 0x212a;

export function smallLetter(code: number): number {
  if (code === longS) return 0x73;
  if (code === kelvin) return 0x6b;
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}

export function hexAt(body: Buffer, at: number): number {
  let code = 0;
  for (let digit = 0; digit < 4; digit += 1) code = code * 16 + hexDigit(body[at + digit] ?? 0);
  return code;
}

/** Returns a value too large for any code if the byte isn't a hex digit. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : 0x10000;
}

/** Where the object or array that begins here ends; -1 if it doesn't. What it contains isn't looked at. */
export function endOfBrackets(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at = nextStop(body, at + 1)) {
    const byte = body[at];
    if (byte === quote) {
      at = endOfString(body, at + 1);
      if (at < 0) return -1;
    } else if (byte === openBrace || byte === openBracket) depth += 1;
    else {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}
