import { noOutline, noteKey, type Outline } from './conversation/outline.ts';
import {
  closingBrace,
  endOfString,
  firstByte,
  type OnKey,
  quote,
  scanKeys,
  spellingOf,
} from './json-bytes.ts';
import type { Splice } from './overrides/splices.ts';

/** The only `model` of a request's body: its text, and where that is, in JSON between the quotes. */
export interface FoundModel {
  start: number;
  end: number;
  model: string;
  /** `plain`: written as it is, in a form. `absent`: the object has none, and `start` is behind its brace. */
  form: 'json' | 'plain' | 'absent';
}

export type ModelSearch =
  /** `isStream`: whether a top-level `"stream": true` asks for a stream. */
  | { ok: true; found: FoundModel; isStream: boolean; outline: Outline }
  | { ok: false; fault: 'not_json' | 'no_model' | 'two_models' | 'long_model' }
  /** An object without the key; `found` is where it could be written. */
  | { ok: false; fault: 'absent_model'; found: FoundModel; outline: Outline };

/** Longer than any model's name. Errors and records repeat the name, so it must not be huge. */
export const modelLimitBytes = 512;
/** The longest way to write a byte: `\u0041`. */
const escapeBytes = 6;

/**
 * Bodies up to this size are also parsed, so that broken JSON is refused at once; it costs a few
 * microseconds.
 */
const parsedBytes = 16 * 1024;

/**
 * Finds the top-level `model` of a JSON object in its raw bytes, by a scan of the whole body that
 * understands strings and depth. Parsing and serialising it would cost more than everything else, and
 * change the client's formatting. A second `model` key is refused, even in other letter case: parsers
 * differ in which one they use, and Go's encoding/json uses the last and ignores case. Only a key spelled
 * exactly `model` counts as the name.
 */
export function findModel(body: Buffer): ModelSearch {
  if (body.length <= parsedBytes && !isJson(body)) return { ok: false, fault: 'not_json' };
  const seen = { modelKeys: 0, modelAt: -1, isStream: false };
  const outline = noOutline();
  const onKey: OnKey = (start, end, value, depth) => {
    noteKey(outline, body, start, end, value, depth);
    if (depth > 1) return;
    const spelling = spellingOf(body, start, end, 'model');
    if (spelling !== null) seen.modelKeys += 1;
    if (spelling === 'exact') seen.modelAt = value;
    else if (spellingOf(body, start, end, 'stream') === 'exact') {
      seen.isStream = body.toString('latin1', value, value + 4) === 'true';
    }
  };
  const kind = scanKeys(body, onKey, Number.POSITIVE_INFINITY);
  if (kind === 'broken') return { ok: false, fault: 'not_json' };
  if (seen.modelKeys > 1) return { ok: false, fault: 'two_models' };
  if (kind === 'object' && seen.modelKeys === 0) {
    const at = firstByte(body) + 1;
    const found = { start: at, end: at, model: '', form: 'absent' } as const;
    return { ok: false, fault: 'absent_model', found, outline };
  }
  if (kind === 'other' || body[seen.modelAt] !== quote) return { ok: false, fault: 'no_model' };
  const start = seen.modelAt + 1;
  const end = endOfString(body, start);
  if (end - start > modelLimitBytes * escapeBytes) return { ok: false, fault: 'long_model' };
  const model = unescaped(body, start, end);
  if (model === null) return { ok: false, fault: 'not_json' };
  if (model === '') return { ok: false, fault: 'no_model' };
  return {
    ok: true,
    found: { start, end, model, form: 'json' },
    isStream: seen.isStream,
    outline,
  };
}

/** What changes in a body with another model name. */
export function modelSplices(body: Buffer, found: FoundModel, model: string): Splice[] {
  if (model === found.model) return [];
  const { start, end } = found;
  return [{ start, end, text: Buffer.from(writtenModel(body, found, model)) }];
}

function writtenModel(body: Buffer, { form, end }: FoundModel, model: string): string {
  if (form === 'plain') return model;
  const text = JSON.stringify(model);
  if (form === 'json') return text.slice(1, -1);
  return body[firstByte(body, end)] === closingBrace ? `"model":${text}` : `"model":${text},`;
}

function isJson(body: Buffer): boolean {
  try {
    JSON.parse(body.toString('utf8', firstByte(body)));
    return true;
  } catch {
    return false;
  }
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
