import {
  endOfString,
  firstByte,
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
  ['previous_response_id', 'previous_response_id', 1],
  ['conversation', 'conversation', 1],
  ['container', 'container', 1],
] as const;
type OwnField = (typeof ownWords)[number][0];

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
const objectsByLength = byLength(
  objectWords.map((word, index) => ({ word, index })),
  ({ word }) => word.length,
);

export function noOutline(): Outline {
  return { at: {}, marks: [], objects: [], isUnstored: false };
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
  if (depth === 1 && spellingOf(body, start, end, 'store') === 'exact') {
    outline.isUnstored = body.toString('latin1', value, value + 5) === 'false';
  }
  const words = objectsByLength[end - start];
  if (words) noteObjects(outline, words, body, start, end, value, depth);
  for (const { word, index } of marksByLength[end - start] ?? []) {
    if (body[value] !== quote || (word === 'id' && !mayBeItem(body, value))) continue;
    if (spellingOf(body, start, end, word) !== 'exact') continue;
    outline.marks.push(index, value);
    if (outline.marks.length > 2 * markLimit) outline.marks.splice(0, markLimit);
  }
}

function noteObjects(
  { objects }: Outline,
  words: NonNullable<(typeof objectsByLength)[number]>,
  body: Buffer,
  ...[start, end, value]: Parameters<OnKey>
): void {
  for (const { word, index } of words) {
    if (spellingOf(body, start, end, word) !== 'exact') continue;
    let at = body[value] === openBracket ? firstByte(body, value + 1) : value;
    while (body[at] === quote && objects.length <= 2 * objectLimit) {
      objects.push(index, at);
      const close = endOfString(body, at + 1);
      const next = close < 0 ? body.length : firstByte(body, close + 1);
      if (body[value] !== openBracket || body[next] !== comma) break;
      at = firstByte(body, next + 1);
    }
  }
}

const comma = 0x2c;

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
