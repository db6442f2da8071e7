import { modelLimitBytes } from '../../request/find-model.ts';
import { endOfString, quote, scanKeys, spellingOf } from '../../request/json-bytes.ts';

/** A model that a batch names, and where its text is between the quotes. */
export interface BatchModel {
  start: number;
  end: number;
  model: string;
}

export type BatchModels = { ok: true; models: BatchModel[] } | { ok: false; fault: string };

/** The longest way to write a byte: `\u0041`. */
const escapeBytes = 6;
/** Each may be a decision about routing. */
const distinctLimit = 100;

/**
 * Finds the model of each request of a message batch (`requests[].params.model`) in its raw bytes. A key in
 * other letter case is refused, because parsers differ in whether they read it.
 */
export function modelsOfMessageBatch(body: Buffer): BatchModels {
  return modelsAt(body, ['requests', 'params'], 3);
}

/** Finds the model of each line of a batch file: `body.model`. */
export function modelsOfBatchFile(file: Buffer): BatchModels {
  const models: BatchModel[] = [];
  for (const { line, start, number } of linesOf(file)) {
    const own = modelsAt(line, ['body'], 1);
    if (!own.ok) return { ok: false, fault: `line ${number}: ${own.fault}` };
    for (const one of own.models) {
      models.push({ ...one, start: one.start + start, end: one.end + start });
    }
  }
  return withinLimit(models);
}

/** The lines of a batch file that have anything, counted from 1. `start`: where it begins in the file. */
export function* linesOf(file: Buffer): Generator<{ line: Buffer; start: number; number: number }> {
  let number = 0;
  for (let start = 0; start < file.length; ) {
    const found = file.indexOf(0x0a, start);
    const end = found < 0 ? file.length : found;
    const line = file.subarray(start, end);
    number += 1;
    if (!isBlank(line)) yield { line, start, number };
    start = end + 1;
  }
}

/** `path`: the keys that lead to `model`; the last of them is at this depth. */
function modelsAt(body: Buffer, path: readonly string[], depth: number): BatchModels {
  const [first = '', last = first] = path;
  const models: BatchModel[] = [];
  let fault: string | null = null;
  let [isBelowFirst, isBelowLast, holders] = [path.length === 1, false, 0];
  const kind = scanKeys(
    body,
    (start, end, value, at) => {
      const named = (word: string) => {
        const spelling = spellingOf(body, start, end, word);
        if (spelling === 'other_case') fault ??= `"${word}" must be in small letters`;
        return spelling === 'exact';
      };
      if (at === 1 && path.length > 1) isBelowFirst = named(first);
      if (at === depth) {
        isBelowLast = isBelowFirst && named(last);
        if (isBelowLast) holders += 1;
      }
      if (at !== depth + 1 || !isBelowLast || !named('model')) return;
      const model = textAt(body, value);
      if (model === null) fault ??= '"model" must be a string that is not empty or too long';
      else models.push({ start: value + 1, end: endOfString(body, value + 1), model });
    },
    depth + 1,
  );
  if (kind !== 'object') return { ok: false, fault: 'it is not a JSON object' };
  if (fault !== null) return { ok: false, fault };
  if (models.length === 0 || models.length < holders) {
    return { ok: false, fault: `every "${last}" must have a "model"` };
  }
  return withinLimit(models);
}

function withinLimit(models: BatchModel[]): BatchModels {
  if (models.length === 0) return { ok: false, fault: 'it has no requests' };
  return new Set(models.map(({ model }) => model)).size > distinctLimit
    ? { ok: false, fault: `it names over ${distinctLimit} models` }
    : { ok: true, models };
}

function isBlank(line: Buffer): boolean {
  return (
    line.length < 64 && line.toString('latin1').replace('\u00ef\u00bb\u00bf', '').trim() === ''
  );
}

function textAt(body: Buffer, value: number): string | null {
  if (body[value] !== quote) return null;
  const end = endOfString(body, value + 1);
  if (end <= value + 1 || end - value > modelLimitBytes * escapeBytes) return null;
  try {
    const text = String(JSON.parse(body.toString('utf8', value, end + 1)));
    return Buffer.byteLength(text) <= modelLimitBytes ? text : null;
  } catch {
    return null;
  }
}

/** Above this many, the pieces are joined: each takes more memory than a name. */
const pieceLimit = 1_000;

/** The bytes with every model renamed. `offset`: where the bytes that were searched begin in the body. */
export function renameBatchModels(
  body: Buffer,
  models: readonly BatchModel[],
  nameOf: (model: string) => string,
  offset = 0,
): Buffer[] {
  const pieces: Buffer[] = [];
  let done = 0;
  for (const { start, end, model } of models) {
    const name = nameOf(model);
    if (name === model) continue;
    const text = Buffer.from(JSON.stringify(name).slice(1, -1));
    pieces.push(body.subarray(done, offset + start), text);
    done = offset + end;
  }
  pieces.push(body.subarray(done));
  return pieces.length > pieceLimit ? [Buffer.concat(pieces)] : pieces;
}
