import { endOfString, firstByte, isTrueBehind, nextStop, quote, spellingOf } from './json-bytes.ts';

/** The one `model` string of a request's body: where its text lies between the quotes, and what it says. */
export interface FoundModel {
  start: number;
  end: number;
  model: string;
}

export type ModelSearch =
  /** `isStream`: whether a top-level `"stream": true` asks for a stream. */
  | { ok: true; found: FoundModel; isStream: boolean }
  | { ok: false; fault: 'not_json' | 'no_model' | 'two_models' | 'long_model' };

/** Longer than any model's name; it comes back in errors, and stays in the records. */
export const modelLimitBytes = 512;
/** The longest way to write a byte: `\u0041`. */
const escapeBytes = 6;

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

/** The body with another model in the place of its own, byte for byte otherwise, in pieces: no copy. */
export function spliceModel(body: Buffer, found: FoundModel, model: string): Buffer[] {
  if (model === found.model) return [body];
  const text = Buffer.from(JSON.stringify(model).slice(1, -1));
  return [body.subarray(0, found.start), text, body.subarray(found.end)];
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
  const top = createTopLevel(body);
  const start = firstByte(body);
  let depth = 0;
  for (
    let at = nextStop(body, start, false);
    at < body.length;
    at = nextStop(body, at + 1, depth > 1)
  ) {
    switch (body[at]) {
      case 0x7b: // {
        if (depth === 0 && at !== start) return { ok: false, fault: 'not_json' };
        depth += 1;
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
        top.takeComma();
        break;
      case quote: {
        const end = endOfString(body, at + 1);
        if (end < 0) return { ok: false, fault: 'not_json' };
        if (depth === 1) top.takeString({ start: at + 1, end });
        if (top.modelKeys() > 1) return { ok: false, fault: 'two_models' };
        at = end;
      }
    }
  }
  if (depth !== 0) return { ok: false, fault: 'not_json' };
  const place = top.model();
  return place ? read(body, place, top.isStream()) : { ok: false, fault: 'no_model' };
}

/** Takes the strings of the top level in turn: a key, and what stands behind it. */
function createTopLevel(body: Buffer) {
  let isKeyNext = true;
  let isModelNext = false;
  let modelKeys = 0;
  let model: Place | null = null;
  let isStream = false;
  const takeKey = ({ start, end }: Place) => {
    const spelling = spellingOf(body, start, end, 'model');
    isModelNext = spelling === 'exact';
    if (spelling !== null) modelKeys += 1;
    else if (spellingOf(body, start, end, 'stream') === 'exact') isStream = isTrueBehind(body, end);
  };
  return {
    takeComma() {
      isKeyNext = true;
    },
    takeString(place: Place) {
      if (isKeyNext) takeKey(place);
      else if (isModelNext) model = place;
      isKeyNext = false;
    },
    modelKeys: () => modelKeys,
    model: () => model,
    isStream: () => isStream,
  };
}

function read(body: Buffer, { start, end }: Place, isStream: boolean): ModelSearch {
  if (end - start > modelLimitBytes * escapeBytes) return { ok: false, fault: 'long_model' };
  const model = unescaped(body, start, end);
  if (model === null) return { ok: false, fault: 'not_json' };
  if (model === '') return { ok: false, fault: 'no_model' };
  return { ok: true, found: { start, end, model }, isStream };
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
