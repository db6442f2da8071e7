import type { GatewayRoute } from '@api-monitor/core';
import { scanKeys, spellingOf } from '../json-bytes.ts';

/** The fields of a route's body that limit its answer. */
interface BoundNames {
  /** The object that has them, in each spelling; null: the body itself. */
  within: readonly string[] | null;
  /** How many tokens an answer may have. */
  limits: readonly string[];
  /** How many answers there will be. */
  counts: readonly string[];
}

const responses: BoundNames = { within: null, limits: ['max_output_tokens'], counts: [] };

const namesByRoute: Partial<Record<GatewayRoute, BoundNames>> = {
  chat: { within: null, limits: ['max_tokens', 'max_completion_tokens'], counts: ['n'] },
  completions: { within: null, limits: ['max_tokens'], counts: ['n', 'best_of'] },
  responses,
  'responses-compact': responses,
  anthropic: { within: null, limits: ['max_tokens'], counts: [] },
  // Google's JSON takes both spellings of each name: https://protobuf.dev/programming-guides/json/
  gemini: {
    within: ['generationConfig', 'generation_config'],
    limits: ['maxOutputTokens', 'max_output_tokens'],
    counts: ['candidateCount', 'candidate_count'],
  },
};

/** Assumed if the client sets no limit; most chat answers are shorter. */
const usualOutputTokens = 1_000;
/** More than any request gets; sums of it stay exact. */
const mostTokens = 1_000_000_000;

/**
 * The most tokens that the answers to a request may have together; 0 if the route's answers aren't text.
 * It is found in one scan of the bytes, like the model. Parsers differ in which of several equal keys they
 * use, so the largest limit counts; one that isn't a whole number counts as the usual length.
 */
export function outputLimitOf(route: GatewayRoute, body: Buffer): number {
  const names = namesByRoute[route];
  if (!names) return 0;
  let [limit, count] = [0, 1];
  let isWithin = false;
  const kind = scanKeys(body, (start, end, value, depth) => {
    const isOneOf = (words: readonly string[]) =>
      words.some((word) => spellingOf(body, start, end, word) === 'exact');
    if (names.within && depth === 1) {
      isWithin = body[value] === 0x7b && isOneOf(names.within);
    } else if (names.within ? isWithin : depth === 1) {
      if (isOneOf(names.limits)) {
        limit = Math.max(limit, numberAt(body, value) ?? usualOutputTokens);
      } else if (isOneOf(names.counts)) count = Math.max(count, numberAt(body, value) ?? 1);
    }
  });
  if (kind === 'broken') limit = Math.max(limit, usualOutputTokens);
  return Math.min((limit || usualOutputTokens) * count, mostTokens);
}

/** Longer than any number that a client would write. */
const numberBytes = 40;
const number = /^\d[\d.eE+-]*(?=[\s,}\]])/;

/** The positive whole number that begins here, however it is written; null if there is none. */
function numberAt(body: Buffer, start: number): number | null {
  const [text] = number.exec(body.toString('latin1', start, start + numberBytes)) ?? [];
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : null;
}
