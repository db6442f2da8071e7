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
} from '../../request/json-bytes.ts';

/** A member of a JSON object, or an item of an array, by its place in the bytes. */
export interface Place {
  start: number;
  end: number;
}

export interface Member {
  key: string;
  /** Of the key with its quotes, up to the end of the value. */
  whole: Place;
  value: Place;
}

/** The members of a JSON object, in order; null if it isn't one. What they contain isn't looked at. */
export function membersOf(json: Buffer, from = 0): Member[] | null {
  const members: Member[] = [];
  const isObject = eachPart(json, from, [openBrace, closingBrace], (start) => {
    if (json[start] !== quote) return -1;
    const keyEnd = endOfString(json, start + 1) + 1;
    const separator = firstByte(json, keyEnd);
    if (keyEnd === 0 || json[separator] !== colon) return -1;
    const valueStart = firstByte(json, separator + 1);
    const end = endOfValue(json, valueStart);
    if (end > valueStart) {
      const key = keyOf(json.toString('utf8', start, keyEnd));
      members.push({ key, whole: { start, end }, value: { start: valueStart, end } });
    }
    return end;
  });
  return isObject ? members : null;
}

/** The items of a JSON array, in order; null if it isn't one. */
export function itemsOf(json: Buffer, from = 0): Place[] | null {
  const items: Place[] = [];
  const isArray = eachPart(json, from, [openBracket, closingBracket], (start) => {
    const end = endOfValue(json, start);
    if (end > start) items.push({ start, end });
    return end;
  });
  return isArray ? items : null;
}

/** Calls back with the start of each part between commas; it returns the part's end, or -1. */
function eachPart(
  json: Buffer,
  from: number,
  [open, close]: readonly [number, number],
  onPart: (start: number) => number,
): boolean {
  let at = firstByte(json, from);
  if (json[at] !== open) return false;
  at = firstByte(json, at + 1);
  if (json[at] === close) return true;
  while (at < json.length) {
    const end = onPart(at);
    if (end <= at) return false;
    at = firstByte(json, end);
    if (json[at] === close) return true;
    if (json[at] !== comma) return false;
    at = firstByte(json, at + 1);
  }
  return false;
}

/** Where the value that begins here ends; -1 if it doesn't. */
function endOfValue(json: Buffer, start: number): number {
  const first = json[start];
  if (first === quote) return endOfString(json, start + 1) + 1 || -1;
  const isNested = first === openBrace || first === openBracket;
  return isNested ? endOfBrackets(json, start) : endOfScalar(json, start);
}

const scalar = /^(?:true|false|null|-?\d[\d.eE+-]*)/;
const longestScalar = 1024;

function endOfScalar(json: Buffer, start: number): number {
  const [text = ''] = scalar.exec(json.toString('latin1', start, start + longestScalar)) ?? [];
  return text === '' ? -1 : start + text.length;
}

function keyOf(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
