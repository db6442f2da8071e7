import { type OnKey, quote, scanKeys, spellingOf } from '../json-bytes.ts';

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

export interface Outline {
  /** Where the values begin; without those that a body doesn't have. */
  at: Partial<Record<OwnField, number>>;
  /** The latest marks, as alternating indices into `markWords` and where their values begin. */
  marks: number[];
}

const markLimit = 256;

const ownByLength = byLength(ownWords, ([, word]) => word.length);
const marksByLength = byLength(
  markWords.map((word, index) => ({ word, index })),
  ({ word }) => word.length,
);

export function noOutline(): Outline {
  return { at: {}, marks: [] };
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
  for (const { word, index } of marksByLength[end - start] ?? []) {
    if (body[value] !== quote || (word === 'id' && !mayBeItem(body, value))) continue;
    if (spellingOf(body, start, end, word) !== 'exact') continue;
    outline.marks.push(index, value);
    if (outline.marks.length > 2 * markLimit) outline.marks.splice(0, markLimit);
  }
}

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
