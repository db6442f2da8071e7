import { endOfString, quote } from '../../request/json-bytes.ts';

/** Ten thousand entries, each with lists and objects of its own. */
const openingLimit = 50_000;
const commaLimit = 250_000;
/** No answer nests as deep, and a parser's stack has an end. */
const depthLimit = 100;

/**
 * Whether a channel's JSON would take far more memory than its bytes: millions of empty objects, or of keys.
 * Counts outside strings, without parsing.
 */
export function hasTooManyValues(body: Buffer): boolean {
  let [openings, commas, depth] = [0, 0, 0];
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) {
      const end = endOfString(body, at + 1);
      if (end < 0) return false;
      at = end;
    } else if (byte === 0x2c) commas += 1;
    else if (byte === 0x5b || byte === 0x7b) {
      openings += 1;
      depth += 1;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (openings > openingLimit || commas > commaLimit || depth > depthLimit) return true;
  }
  return false;
}
