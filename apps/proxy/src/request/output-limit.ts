import { endOfString, firstByte, nextStop, quote } from './json-bytes.ts';

/** How many tokens the client lets an answer have, by the names of the wire formats, at their depth. */
const limitNames: ReadonlyMap<number, readonly string[]> = new Map([
  [1, ['max_tokens', 'max_completion_tokens', 'max_output_tokens']],
  [2, ['maxOutputTokens', 'max_output_tokens']],
]);
/** How many answers it asks for at once. */
const countNames: ReadonlyMap<number, readonly string[]> = new Map([
  [1, ['n', 'best_of']],
  [2, ['candidateCount', 'candidate_count']],
]);
const deepest = 2;
const longestName = 'max_completion_tokens'.length;

/**
 * The most tokens that the client lets its answers have together, or null if its body names no limit.
 * One scan of the bytes, as `findModel` makes it; what is named several times counts by its largest.
 */
export function outputLimitOf(body: Buffer): number | null {
  let [limit, count, depth] = [0, 1, 0];
  for (let at = nextStop(body, 0, true); at < body.length; at = nextStop(body, at + 1, true)) {
    switch (body[at]) {
      case 0x7b: // {
      case 0x5b: // [
        depth += 1;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth -= 1;
        break;
      case quote: {
        const end = endOfString(body, at + 1);
        if (end < 0) return null;
        const name = depth <= deepest && end - at - 1 <= longestName ? nameAt(body, at, end) : '';
        if (limitNames.get(depth)?.includes(name)) limit = Math.max(limit, numberBehind(body, end));
        if (countNames.get(depth)?.includes(name)) count = Math.max(count, numberBehind(body, end));
        at = end;
      }
    }
  }
  return limit === 0 ? null : limit * count;
}

function nameAt(body: Buffer, start: number, end: number): string {
  return body.toString('latin1', start + 1, end);
}

/** The whole number that is the value of the key that ends at `at`; 0 if there is none. */
function numberBehind(body: Buffer, at: number): number {
  const colon = firstByte(body, at + 1);
  if (body[colon] !== 0x3a) return 0;
  const value = firstByte(body, colon + 1);
  return Number(/^\d{1,9}/.exec(body.toString('latin1', value, value + 9))?.[0] ?? 0);
}
