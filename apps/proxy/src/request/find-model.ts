/** The one `model` string of a request's body: where its text lies between the quotes, and what it says. */
export interface FoundModel {
  start: number;
  end: number;
  model: string;
}

export type ModelSearch =
  | { ok: true; found: FoundModel }
  | { ok: false; fault: 'not_json' | 'no_model' | 'two_models' };

const quote = 0x22;
const backslash = 0x5c;

/** Up to here the body is parsed too, so that broken JSON is told at once; it costs a few microseconds. */
const parsedBytes = 16 * 1024;

/**
 * Finds the top-level `model` of a JSON object in its raw bytes, by a scan of the whole body that
 * knows strings and depth. Parsing and writing again would cost more than all else, and lose the
 * client's own spelling. A second `model` key is refused, in whatever case: parsers differ in which one
 * they take, and Go's encoding/json takes the last without regard to case. Only `model` itself names one.
 */
export function findModel(body: Buffer): ModelSearch {
  if (body.length <= parsedBytes && !isJson(body)) return { ok: false, fault: 'not_json' };
  return scan(body);
}

/** The body with another model in the place of its own, byte for byte otherwise. */
export function spliceModel(body: Buffer, found: FoundModel, model: string): Buffer {
  if (model === found.model) return body;
  const text = Buffer.from(JSON.stringify(model).slice(1, -1));
  return Buffer.concat([body.subarray(0, found.start), text, body.subarray(found.end)]);
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8', firstByte(body)));
    return true;
  } catch {
    return false;
  }
}

interface Place {
  start: number;
  end: number;
}

function scan(body: Buffer): ModelSearch {
  let place: Place | null = null;
  let depth = 0;
  let modelKeys = 0;
  let isKeyNext = false;
  let isModelNext = false;
  for (let at = 0; at < body.length; at += 1) {
    switch (body[at]) {
      case 0x7b: // {
        if (depth === 0 && at !== firstByte(body)) return { ok: false, fault: 'not_json' };
        depth += 1;
        if (depth === 1) isKeyNext = true;
        break;
      case 0x5b: // [
        if (depth === 0) return { ok: false, fault: 'no_model' };
        depth += 1;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
        if (depth < 0) return { ok: false, fault: 'not_json' };
        break;
      case 0x2c: // ,
        if (depth === 1) isKeyNext = true;
        break;
      case quote: {
        const end = endOfString(body, at + 1);
        if (end < 0) return { ok: false, fault: 'not_json' };
        if (depth === 1 && isKeyNext) {
          isKeyNext = false;
          const key = keyLikeModel(body, at + 1, end);
          isModelNext = key === 'model';
          if (key !== null) modelKeys += 1;
          if (modelKeys > 1) return { ok: false, fault: 'two_models' };
        } else if (depth === 1 && isModelNext) {
          place = { start: at + 1, end };
          isModelNext = false;
        }
        at = end;
        break;
      }
    }
  }
  if (depth !== 0) return { ok: false, fault: 'not_json' };
  return place ? read(body, place) : { ok: false, fault: 'no_model' };
}

/** Where the string's closing quote lies, -1 where it has none. The search itself is native code. */
function endOfString(body: Buffer, from: number): number {
  let at = body.indexOf(quote, from);
  while (at >= 0) {
    let escapes = 0;
    while (body[at - 1 - escapes] === backslash && at - 1 - escapes >= from) escapes += 1;
    if (escapes % 2 === 0) return at;
    at = body.indexOf(quote, at + 1);
  }
  return -1;
}

/**
 * The key where it is `model` but for its case, else null. One may be spelt with escapes
 * (`"\u006dodel"`): such a one is read as JSON reads it.
 */
function keyLikeModel(body: Buffer, start: number, end: number): string | null {
  const length = end - start;
  if (length < 5 || length > 30) return null;
  if (length > 5 && !body.subarray(start, end).includes(backslash)) return null;
  const key = unescaped(body, start, end);
  return key?.toLowerCase() === 'model' ? key : null;
}

function read(body: Buffer, { start, end }: Place): ModelSearch {
  const model = unescaped(body, start, end);
  if (model === null) return { ok: false, fault: 'not_json' };
  if (model === '') return { ok: false, fault: 'no_model' };
  return { ok: true, found: { start, end, model } };
}

function unescaped(body: Buffer, start: number, end: number): string | null {
  const raw = body.toString('utf8', start, end);
  if (!raw.includes('\\')) return raw;
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    return null;
  }
}

function firstByte(body: Buffer): number {
  let at = 0;
  // JSON's white space, and a byte order mark that some clients send.
  while (at < body.length && [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf].includes(body[at] ?? 0)) {
    at += 1;
  }
  return at;
}
