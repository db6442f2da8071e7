import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import {
  endOfString,
  firstByte,
  nextStop,
  openBrace,
  openBracket,
  quote,
  spellingOf,
} from '../json-bytes.ts';
import type { Outline } from './outline.ts';

/** The conversation that a request belongs to. */
export interface Conversation {
  id: string;
  /** Whether it may have had an answer before. The first request of many conversations may be the same. */
  isBegun: boolean;
}

const idLimit = 256;
/** How much of a body is read to recognise its conversation; most begin within a few hundred bytes. */
const windowBytes = 16 * 1024;
/** How much of each text counts, besides its length. */
const textBytes = 1024;

const sessionHeaders = [
  'x-claude-code-session-id',
  'session-id',
  'session_id',
  'x-session-affinity',
];

/**
 * Recognises a conversation by what its client says: a header, `prompt_cache_key`, `metadata.user_id`,
 * `user`, or else by its system prompt and first user message. Null if it has none of them.
 */
export function conversationOf(
  headers: IncomingHttpHeaders,
  body: Buffer,
  { at }: Outline,
): Conversation | null {
  for (const name of sessionHeaders) {
    const value = headers[name];
    if (typeof value === 'string' && value !== '') {
      return { id: value.slice(0, idLimit), isBegun: true };
    }
  }
  for (const value of [at.cacheKey, at.userId, at.user]) {
    const text = value === undefined ? '' : stringAt(body, value);
    if (text !== '') return { id: text.slice(0, idLimit), isBegun: true };
  }
  return at.messages === undefined ? null : conversationByStart(body, at);
}

function conversationByStart(
  body: Buffer,
  { system, messages = 0 }: Outline['at'],
): Conversation | null {
  const texts: string[] = [];
  if (system !== undefined) collect(body, system, texts);
  const isBegun = collectMessages(body, messages, texts);
  return isBegun === null || texts.length === 0
    ? null
    : { id: `start ${hash('sha256', texts.join('\n'), 'base64')}`, isBegun };
}

/**
 * Collects what comes before the first answer. Null if the first user's message isn't found. One that is too
 * long counts as begun.
 */
function collectMessages(body: Buffer, from: number, texts: string[]): boolean | null {
  if (body[from] === quote) {
    collect(body, from, texts);
    return false;
  }
  if (body[from] !== openBracket) return null;
  let isBegun = false;
  for (let at = firstByte(body, from + 1); body[at] === openBrace; ) {
    const own: string[] = [];
    const { end, role } = collect(body, at, own);
    const next = end < 0 ? end : firstByte(body, end);
    const isOnly = body[next] !== comma;
    if (role === 'user') {
      texts.push(...own);
      return isBegun || !isOnly || end < 0;
    }
    if (end < 0 || end - from > windowBytes) return null;
    if (role === 'system' || role === 'developer') texts.push(...own);
    else isBegun = true;
    at = isOnly ? end : firstByte(body, next + 1);
  }
  return null;
}

const comma = 0x2c;
const colon = 0x3a;

/**
 * Collects the texts of a value: itself, or the strings called `text` or `content` within it. `end` is
 * behind it, -1 if it is too long.
 */
function collect(body: Buffer, from: number, texts: string[]): { end: number; role: string } {
  const window = body.subarray(0, from + windowBytes);
  if (window[from] === quote) {
    pushText(window, from, texts);
    return { end: endOfString(window, from + 1) + 1, role: '' };
  }
  let role = '';
  if (window[from] !== openBrace && window[from] !== openBracket) return { end: -1, role };
  let depth = 0;
  for (let at = from; at < window.length; at = nextStop(window, at + 1)) {
    const byte = window[at];
    if (byte === quote) {
      const end = endOfString(window, at + 1);
      if (end < 0) break;
      const behind = firstByte(window, end + 1);
      const value = window[behind] === colon ? firstByte(window, behind + 1) : -1;
      if (window[value] === quote) {
        const isKey = (word: string) => spellingOf(window, at + 1, end, word) === 'exact';
        if (depth === 1 && isKey('role')) role = stringAt(window, value);
        else if (isKey('text') || isKey('content')) pushText(window, value, texts);
      }
      at = end;
    } else if (byte === openBrace || byte === openBracket) depth += 1;
    else depth -= 1;
    if (depth === 0) return { end: at + 1, role };
  }
  return { end: -1, role };
}

/** Texts that begin alike differ by their length, unless it is too long to be measured. */
function pushText(window: Buffer, value: number, texts: string[]): void {
  const end = endOfString(window, value + 1);
  const shown = Math.min(end < 0 ? window.length : end, value + 1 + textBytes);
  texts.push(`${end < 0 ? '' : end - value}:${window.toString('latin1', value + 1, shown)}`);
}

/** The string that begins here, as JSON writes it; empty if there is none. */
function stringAt(body: Buffer, value: number): string {
  if (body[value] !== quote) return '';
  const end = endOfString(body, value + 1);
  return end < 0 ? '' : body.toString('utf8', value + 1, Math.min(end, value + 1 + 4 * idLimit));
}
