import {
  closingBrace,
  closingBracket,
  colon,
  comma,
  endOfBrackets,
  endOfString,
  firstByte,
  openBrace,
  openBracket,
  quote,
} from '../json-bytes.ts';

/** A member of an object, or an element of an array, by its place in the bytes. */
export interface Member {
  /** Of an object's key, within its quotes; both are -1 in an array. */
  keyStart: number;
  keyEnd: number;
  /** Of the whole member, key included. */
  start: number;
  valueStart: number;
  valueEnd: number;
  index: number;
  /** The comma before it; -1 if it is the first. */
  commaBefore: number;
  /** The comma after it; -1 if it is the last. */
  commaAfter: number;
}

/**
 * Calls back for each member of the object or array whose bracket is at `open`, in linear time. Returns where
 * its closing bracket is; -1 if it is broken.
 */
export function eachMember(body: Buffer, open: number, onMember: (member: Member) => void): number {
  const isObject = body[open] === openBrace;
  const close = isObject ? closingBrace : closingBracket;
  let start = firstByte(body, open + 1);
  if (body[start] === close) return start;
  let commaBefore = -1;
  for (let index = 0; start < body.length; index += 1) {
    const key = isObject ? keyAt(body, start) : { keyStart: -1, keyEnd: -1, valueStart: start };
    if (!key) return -1;
    const valueEnd = endOfValue(body, key.valueStart);
    if (valueEnd < 0) return -1;
    const next = firstByte(body, valueEnd);
    const commaAfter = body[next] === comma ? next : -1;
    onMember({ ...key, start, valueEnd, index, commaBefore, commaAfter });
    if (commaAfter < 0) return body[next] === close ? next : -1;
    commaBefore = commaAfter;
    start = firstByte(body, commaAfter + 1);
  }
  return -1;
}

function keyAt(body: Buffer, start: number) {
  if (body[start] !== quote) return null;
  const keyEnd = endOfString(body, start + 1);
  if (keyEnd < 0) return null;
  const after = firstByte(body, keyEnd + 1);
  if (body[after] !== colon) return null;
  return { keyStart: start + 1, keyEnd, valueStart: firstByte(body, after + 1) };
}

/** Where the value that begins at `start` ends; -1 if it doesn't. */
function endOfValue(body: Buffer, start: number): number {
  const byte = body[start];
  if (byte === quote) return endOfString(body, start + 1) + 1 || -1;
  if (byte === openBrace || byte === openBracket) return endOfBrackets(body, start);
  let at = start;
  while (at < body.length && !isDelimiter[body[at] ?? 0]) at += 1;
  return at === start ? -1 : at;
}

const isDelimiter = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d, comma, closingBrace, closingBracket])
  isDelimiter[byte] = 1;
