import type { GatewayRoute } from '@api-monitor/core';
import { endOfString, firstByte, quote } from '../json-bytes.ts';

/** A string by which a request refers to what one channel issued. */
export interface CarriedMark {
  mark: string;
  /** The field that has it. */
  field: string;
  /**
   * Whether it names something that the channel keeps. Otherwise it is sealed content, which another model
   * may pass over.
   */
  isReference: boolean;
}

interface Search {
  /** The end of every such key, found in one native search. */
  tail: string;
  /** Whole keys. */
  keys: readonly string[];
  isReference: boolean;
}

const references = (...keys: string[]): Search[] =>
  keys.map((key) => ({ tail: `"${key}"`, keys: [`"${key}"`], isReference: true }));
const sealed = (tail: string, ...keys: string[]): Search => ({
  ...{ tail: `${tail}"`, keys: keys.map((key) => `"${key}"`), isReference: false },
});

const signatures = sealed('ignature', 'signature', 'thoughtSignature', 'thought_signature');
const encrypted = sealed('encrypted_content', 'encrypted_content');

const responses = [...references('previous_response_id', 'conversation', 'container'), encrypted];
const searchesByRoute: Partial<Record<GatewayRoute, readonly Search[]>> = {
  chat: [signatures, encrypted],
  responses,
  'responses-compact': responses,
  anthropic: [...references('container'), signatures],
  gemini: [signatures],
};

/** How many of the latest values of each search are read. */
const markLimit = 8;

/**
 * What ties a request to the channel that answered before, as `stateMarksOf` finds it in answers: references
 * first, then sealed content, the latest first.
 */
export function* carriedState(route: GatewayRoute, body: Buffer): Generator<CarriedMark> {
  for (const search of searchesByRoute[route] ?? []) yield* marksIn(body, search);
  if (route === 'responses') yield* itemIds(body);
}

function* marksIn(body: Buffer, { tail, keys, isReference }: Search): Generator<CarriedMark> {
  let read = 0;
  for (let at = body.lastIndexOf(tail); at >= 0 && read < markLimit; ) {
    const end = at + tail.length;
    const key = keys.find((one) => isKeyBefore(body, end, one));
    const mark = key === undefined ? null : stringOrId(body, end);
    if (key !== undefined && mark !== null) {
      read += 1;
      yield { mark, field: key.slice(1, -1), isReference };
    }
    at = at === 0 ? -1 : body.lastIndexOf(tail, at - 1);
  }
}

const backslash = 0x5c;

/** Within a text, a backslash would be before the quotes. */
function isKeyBefore(body: Buffer, end: number, key: string): boolean {
  const start = end - key.length;
  return start > 0 && body[start - 1] !== backslash && body.toString('latin1', start, end) === key;
}

const idOfObject = /^\{\s*"id"\s*:\s*/;

/** The string behind a key, or the `id` of the object behind it. */
function stringOrId(body: Buffer, afterKey: number): string | null {
  const at = firstByte(body, afterKey);
  if (body[at] !== colon) return null;
  const value = firstByte(body, at + 1);
  const [skipped = ''] = idOfObject.exec(body.toString('latin1', value, value + 64)) ?? [];
  return stringAt(body, value + skipped.length);
}

const colon = 0x3a;

function stringAt(body: Buffer, value: number): string | null {
  if (body[value] !== quote) return null;
  const end = endOfString(body, value + 1);
  if (end <= value + 1) return null;
  const text = body.toString('utf8', value + 1, end);
  return text.includes('\\') ? unescaped(text) : text;
}

function unescaped(text: string): string | null {
  try {
    return String(JSON.parse(`"${text}"`));
  } catch {
    return null;
  }
}

const itemPrefixes = ['"rs_', '"msg_', '"fc_'];

/** The latest ids of stored items. */
function* itemIds(body: Buffer): Generator<CarriedMark> {
  for (const prefix of itemPrefixes) {
    const at = body.lastIndexOf(prefix);
    const mark = at > 0 && body[at - 1] !== backslash ? stringAt(body, at) : null;
    if (mark !== null) yield { mark, field: 'input', isReference: true };
  }
}
