import type { GatewayRoute } from '@api-monitor/core';
import { endOfString, firstByte, nextStop, quote, spellingOf } from './json-bytes.ts';

/** The members of a route's body that bound its answer. */
interface BoundNames {
  /** The object that holds them, in each spelling; null: the body itself. */
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

/** Assumed of an answer whose client sets no limit; most chat answers are shorter. */
const usualOutputTokens = 1_000;
/** More than any request gets; sums of it stay exact. */
const mostTokens = 1_000_000_000;

/**
 * The most tokens that the answers to a request may have together; 0 if its route answers no text. Found
 * in one scan of the bytes, like the model. Parsers differ in which of several equal names they take, so
 * the largest limit counts; one that isn't a whole number counts as the usual length.
 */
export function outputLimitOf(route: GatewayRoute, body: Buffer): number {
  const names = namesByRoute[route];
  if (!names) return 0;
  let [limit, count] = [0, 1];
  const isWhole = scanMembers(body, names.within, (start, end) => {
    if (isOneOf(names.limits, body, start, end)) {
      limit = Math.max(limit, numberAfter(body, end) ?? usualOutputTokens);
    } else if (isOneOf(names.counts, body, start, end)) {
      count = Math.max(count, numberAfter(body, end) ?? 1);
    }
  });
  if (!isWhole) limit = Math.max(limit, usualOutputTokens);
  return Math.min((limit || usualOutputTokens) * count, mostTokens);
}

/** Calls back for each key of the body, or of the object in it that `within` names. False if the body is cut off. */
function scanMembers(
  body: Buffer,
  within: readonly string[] | null,
  onKey: (start: number, end: number) => void,
): boolean {
  let depth = 0;
  let isWithin = false;
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
        const [start, end] = [at + 1, endOfString(body, at + 1)];
        if (end < 0) return false;
        const next = depth <= 2 ? valueAfter(body, end) : -1;
        if (next >= 0 && depth === 1) {
          if (within === null) onKey(start, end);
          else isWithin = body[next] === 0x7b && isOneOf(within, body, start, end);
        } else if (next >= 0 && depth === 2 && isWithin) onKey(start, end);
        at = end;
      }
    }
  }
  return true;
}

function isOneOf(words: readonly string[], body: Buffer, start: number, end: number): boolean {
  return words.some((word) => spellingOf(body, start, end, word) === 'exact');
}

/** Where the value begins of the key whose closing quote is at `at`; -1 if that string is no key. */
function valueAfter(body: Buffer, at: number): number {
  const colon = firstByte(body, at + 1);
  return body[colon] === 0x3a ? firstByte(body, colon + 1) : -1;
}

/** Longer than any number that a client would write. */
const numberBytes = 40;
const number = /^\d[\d.eE+-]*(?=[\s,}\]])/;

/** The positive whole number, however it is written, that a key's value is; null if it is none. */
function numberAfter(body: Buffer, at: number): number | null {
  const start = valueAfter(body, at);
  const [text] = number.exec(body.toString('latin1', start, start + numberBytes)) ?? [];
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : null;
}
