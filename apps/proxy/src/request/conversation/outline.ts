import { type OnKey, scanKeys, spellingOf } from '../json-bytes.ts';

/** What a JSON body says about its conversation. */
const outlineWords = [
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
] as const;
type OutlineField = (typeof outlineWords)[number][0];

const wordsByLength = Map.groupBy(outlineWords, ([, word]) => word.length);

/** Where the values begin; without those that a body doesn't have. */
export type Outline = Partial<Record<OutlineField, number>>;

/** Takes a key of the body, as `scanKeys` reports it. */
export function noteKey(
  outline: Outline,
  body: Buffer,
  ...[start, end, value, depth]: Parameters<OnKey>
): void {
  if (depth > 2) return;
  const words = wordsByLength.get(end - start);
  if (!words) return;
  for (const [field, word, wantedDepth] of words) {
    if (depth !== wantedDepth || spellingOf(body, start, end, word) !== 'exact') continue;
    outline[field] ??= value;
  }
}

/** The outline of a body that needs no other scan, because its path names the model. */
export function outlineOf(body: Buffer): Outline {
  const outline: Outline = {};
  scanKeys(body, (...key) => noteKey(outline, body, ...key));
  return outline;
}
