/** Steps through JSON in its raw bytes, each in time linear to the bytes it passes. */
export const quote = 0x22;
const comma = 0x2c;
const backslash = 0x5c;
const smallU = 0x75;

/** Up to here a string's end is looked for byte by byte; a call of the native search costs as much. */
const nearBytes = 64;

/**
 * The next quote, brace, bracket or comma; the body's length where there is none. Commas are passed
 * over where they say nothing: arrays of numbers hold millions.
 */
export function nextStop(body: Buffer, from: number, passesCommas: boolean): number {
  const { length } = body;
  const stop = passesCommas ? quote : comma;
  for (let at = from; at < length; at += 1) {
    const byte = body[at] ?? 0;
    // Digits, capitals and white space, of which there may be many, are told by one or two comparisons.
    if (byte < 0x5b ? byte === quote || byte === stop : isBracket(byte)) return at;
  }
  return length;
}

function isBracket(byte: number): boolean {
  return byte === 0x5b || byte === 0x5d || byte === 0x7b || byte === 0x7d;
}

/** Where the string's closing quote lies, -1 where it has none; `from` is the first byte within it. */
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

/**
 * How a key spells a word of ASCII letters: `"\u006dodel"` reads as `"model"` does. Null for another
 * word. Allocates nothing, because a body may hold millions of keys.
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
    const code = isCode ? hexAt(body, at + 2) : (body[at] ?? 0);
    const wanted = word.charCodeAt(letter);
    if (smallLetter(code) !== smallLetter(wanted) || at >= end) return null;
    isExact &&= code === wanted;
    at += isCode ? 6 : 1;
  }
  if (at !== end) return null;
  return isExact ? 'exact' : 'other_case';
}

/** Whether `true` stands behind a key that ends at `at`. */
export function isTrueBehind(body: Buffer, at: number): boolean {
  const colon = firstByte(body, at + 1);
  const value = firstByte(body, colon + 1);
  return body[colon] === 0x3a && body.toString('latin1', value, value + 4) === 'true';
}

/** The first byte that is no white space, nor of the byte order mark that some clients send. */
export function firstByte(body: Buffer, from = 0): number {
  let at = from;
  while (isBlank(body[at])) at += 1;
  return at;
}

function isBlank(byte: number | undefined): boolean {
  switch (byte) {
    case 0x20:
    case 0x09:
    case 0x0a:
    case 0x0d:
    case 0xef:
    case 0xbb:
    case 0xbf:
      return true;
    default:
      return false;
  }
}

function smallLetter(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code;
}

function hexAt(body: Buffer, at: number): number {
  let code = 0;
  for (let digit = 0; digit < 4; digit += 1) code = code * 16 + hexDigit(body[at + digit] ?? 0);
  return code;
}

/** Out of any letter's reach for what is no digit. */
function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = (byte | 0x20) - 0x61;
  return letter >= 0 && letter < 6 ? letter + 10 : 0x10000;
}
