import {
  closingBrace,
  closingBracket,
  endOfString,
  nextStop,
  type OnKey,
  openBracket,
  quote,
  scanKeys,
  spellingOf,
} from '../json-bytes.ts';

/** The keys that say what conversation a body belongs to, with their depth. */
const ownWords = [
  ['cacheKey', 'prompt_cache_key', 1],
  ['user', 'user', 1],
  ['userId', 'user_id', 2],
  ['system', 'system', 1],
  ['system', 'instructions', 1],
  ['system', 'systemInstruction', 1],
  ['system', 'system_instruction', 1],
  ['messages', 'messages', 1],
  ['messages', 'input', 1],
  ['messages', 'contents', 1],
  ['conversation', 'conversation', 1],
  ['container', 'container', 1],
] as const;
const previous = 'previous_response_id';

type OwnField = (typeof ownWords)[number][0] | typeof previous;

/** The keys whose values only one channel understands, at any depth. */
export const markWords = [
  'container',
  'id',
  'encrypted_content',
  'signature',
  'thoughtSignature',
  'thought_signature',
] as const;
export type MarkField = (typeof markWords)[number];

/** The keys whose values name what a channel keeps, at any depth. */
export const objectWords = [
  'file_id',
  'file_ids',
  'fileUri',
  'file_uri',
  'cachedContent',
  'cached_content',
] as const;

export interface Outline {
  /** Where the values begin; without those that a body doesn't have. */
  at: Partial<Record<OwnField, number>>;
  /** The latest marks, as alternating indices into `markWords` and where their values begin. */
  marks: number[];
  /** All names of objects, as alternating indices into `objectWords` and where the strings begin. */
  objects: number[];
  /** Whether `"store": false` tells the channel to keep nothing. */
  isUnstored: boolean;
  /** Whether some parser may read `"background": true`: the answer is made later. */
  isBackground: boolean;
  /** Whether parsers may differ in which `previous_response_id` they use: it is there twice, or in capitals. */
  isPreviousUnclear: boolean;
  /** Where the values begin that name other models for a relay to fall back on; three of them at most. */
  otherModels: number[];
  /** Where the last list of names ends, so that those within it aren't read again. */
  listEnd: number;
}

/** Far more than a request has. */
const objectLimit = 1_000;

/** Whether a body names more objects than anybody would. */
export function namesTooManyObjects({ objects }: Outline): boolean {
  return objects.length > 2 * objectLimit;
}

const markLimit = 256;

const ownByLength = byLength(ownWords, ([, word]) => word.length);
const marksByLength = byLength(
  markWords.map((word, index) => ({ word, index })),
  ({ word }) => word.length,
);
const allObjects = objectWords.map((word, index) => ({ word, index }));
const objectsByLength = byLength(allObjects, ({ word }) => word.length);

export function noOutline(): Outline {
  return {
    at: {},
    marks: [],
    objects: [],
    isUnstored: false,
    isBackground: false,
    isPreviousUnclear: false,
    otherModels: [],
    listEnd: 0,
  };
}

/** Takes a key of the body, as `scanKeys` reports it. */
export function noteKey(
  outline: Outline,
  body: Buffer,
  ...[start, end, value, depth]: Parameters<OnKey>
): void {
  if (depth <= 2) {
    for (const [field, word, wantedDepth] of ownByLength[end - start] ?? []) {
      if (depth !== wantedDepth || spellingOf(body, start, end, word) !== 'exact') continue;
      outline.at[field] ??= value;
    }
  }
  if (depth === 1) {
    if (spellingOf(body, start, end, 'store') === 'exact') {
      outline.isUnstored = body.toString('latin1', value, value + 5) === 'false';
    } else if (spellingOf(body, start, end, 'background') !== null) {
      outline.isBackground ||= !/^(?:false|null)/.test(body.toString('latin1', value, value + 5));
    } else if (outline.otherModels.length < 3 && namesOtherModels(body, start, end)) {
      outline.otherModels.push(value);
    }
  }
  const isUnusual = mayBeEscaped(body, start, end);
  if (depth === 1 && (isUnusual || end - start === previous.length)) {
    notePrevious(outline, body, start, end, value);
  }
  const words = isUnusual ? allObjects : objectsByLength[end - start];
  if (words) noteObjects(outline, words, body, start, end, value);
  for (const { word, index } of marksByLength[end - start] ?? []) {
    if (body[value] !== quote || (word === 'id' && !mayBeItem(body, value))) continue;
    if (spellingOf(body, start, end, word) !== 'exact') continue;
    outline.marks.push(index, value);
    if (outline.marks.length > 2 * markLimit) outline.marks.splice(0, markLimit);
  }
}

/** OpenRouter reads the one, LiteLLM the other: https://openrouter.ai/docs/features/model-routing */
function namesOtherModels(body: Buffer, start: number, end: number): boolean {
  return (
    spellingOf(body, start, end, 'models') !== null ||
    spellingOf(body, start, end, 'fallbacks') !== null
  );
}

function notePrevious(
  outline: Outline,
  body: Buffer,
  start: number,
  end: number,
  value: number,
): void {
  const spelling = spellingOf(body, start, end, previous);
  if (spelling === null) return;
  outline.isPreviousUnclear ||= spelling === 'other_case' || outline.at[previous] !== undefined;
  outline.at[previous] = value;
}

/** In any letter case, because relays written in Go ignore it. */
function noteObjects(
  outline: Outline,
  words: readonly (typeof allObjects)[number][],
  body: Buffer,
  start: number,
  end: number,
  value: number,
): void {
  for (const { word, index } of words) {
    if (spellingOf(body, start, end, word) === null) continue;
    if (body[value] === quote) noteObject(outline, index, value);
    else if (body[value] === openBracket) noteList(outline, index, body, value);
  }
}

/** Every string of a list, whatever else is in it. */
function noteList(outline: Outline, index: number, body: Buffer, from: number): void {
  if (from < outline.listEnd) return;
  let at = from;
  for (let depth = 0; at < body.length; at = nextStop(body, at + 1)) {
    const byte = body[at];
    if (byte === quote) {
      noteObject(outline, index, at);
      const end = endOfString(body, at + 1);
      if (end < 0) break;
      at = end;
    } else depth += byte === closingBrace || byte === closingBracket ? -1 : 1;
    if (depth === 0) break;
  }
  outline.listEnd = at;
}

function noteObject({ objects }: Outline, index: number, value: number): void {
  if (objects.length <= 2 * objectLimit) objects.push(index, value);
}

/** The shortest word whose letters have other forms: `file_ids` with a long s, which Go reads as an s. */
const shortestEscaped = 'file_idſ'.length + 1;
const longestEscaped = 6 * previous.length;

/** Whether a key has other bytes than its letters. Most keys are too short to be looked at. */
function mayBeEscaped(body: Buffer, start: number, end: number): boolean {
  if (end - start < shortestEscaped || end - start > longestEscaped) return false;
  for (let at = start; at < end; at += 1) {
    const byte = body[at] ?? 0;
    if (byte === backslash || byte >= 0x80) return true;
  }
  return false;
}

const backslash = 0x5c;

/** Nearly every other id is a call's, of which a body may have many. */
function mayBeItem(body: Buffer, value: number): boolean {
  return body[value + 3] === underscore || body[value + 4] === underscore;
}

const underscore = 0x5f;

/** The outline of a body that needs no other scan, because its path names the model. */
export function outlineOf(body: Buffer): Outline {
  const outline = noOutline();
  scanKeys(body, (...key) => noteKey(outline, body, ...key), Number.POSITIVE_INFINITY);
  return outline;
}

/** An array, because every key of a body is looked up in it. */
function byLength<T>(words: readonly T[], lengthOf: (word: T) => number): (T[] | undefined)[] {
  const found: (T[] | undefined)[] = [];
  for (const [length, group] of Map.groupBy(words, lengthOf)) found[length] = group;
  return found;
}
