import type { GatewayRoute } from '@api-monitor/core';
import type { GatewayError } from '../../dialects/gateway-error.ts';
import { endOfString, quote } from '../json-bytes.ts';
import {
  type MarkField,
  markWords,
  namesTooManyObjects,
  type Outline,
  objectWords,
} from './outline.ts';

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
  /** Whether the channel keeps it for one key alone. */
  isObject?: boolean;
  /** The channel that has it, once that is known. */
  targetId?: number;
  /** That channel's key that made it; undefined if it has only one. */
  targetKey?: string | undefined;
}

interface Fields {
  /** In the body itself. */
  references: readonly ('previous_response_id' | 'conversation' | 'container')[];
  /** Anywhere in it. */
  sealed: readonly MarkField[];
  /** References anywhere in it. */
  inner: readonly MarkField[];
}

const signatures = ['signature', 'thoughtSignature', 'thought_signature'] as const;
const none = { references: [], inner: [] };
const responses: Fields = {
  references: ['previous_response_id', 'conversation'],
  sealed: ['encrypted_content'],
  inner: ['container', 'id'],
};
const fieldsByRoute: Partial<Record<GatewayRoute, Fields>> = {
  chat: { ...none, sealed: ['encrypted_content', ...signatures] },
  responses,
  'responses-compact': responses,
  'input-tokens': responses,
  anthropic: { ...none, references: ['container'], sealed: signatures },
  gemini: { ...none, sealed: signatures },
  'count-tokens': { ...none, sealed: [] },
  'gemini-count-tokens': { ...none, sealed: [] },
  'message-batches': { ...none, sealed: [] },
  'cached-contents': { ...none, sealed: [] },
};

/** How many of the latest are read, of each kind. */
const readLimit = 8;

/**
 * What ties a request to the channel that answered before, as `stateMarksOf` finds it in answers: what holds
 * it most strictly first, and the latest first. An error if a channel might read another reference than the
 * gateway.
 */
export function carriedState(
  route: GatewayRoute,
  body: Buffer,
  outline: Outline,
): CarriedMark[] | { error: GatewayError } {
  const fields = fieldsByRoute[route];
  if (namesTooManyObjects(outline)) return refused('file_id', 'the body names too many files');
  if (!fields) return [];
  const fault = fields.references.includes('previous_response_id')
    ? faultOfPrevious(body, outline)
    : null;
  if (fault !== null) return refused('previous_response_id', fault);
  const named = outline.objects.length === 0 ? [] : objectsIn(body, outline);
  if ('error' in named) return named;
  for (const field of fields.references) {
    const mark = markAt(body, outline.at[field]);
    const isObject = field === 'previous_response_id';
    if (mark !== null) named.push({ mark, field, isReference: true, isObject });
  }
  if (outline.marks.length === 0) return named;
  return [
    ...named,
    ...latest(body, outline, fields.sealed).map((one) => ({ ...one, isReference: false })),
    ...latest(body, outline, fields.inner).map((one) => ({ ...one, isReference: true })),
  ];
}

function refused(param: string, message: string): { error: GatewayError } {
  return { error: { status: 400, code: 'invalid_request', message, param } };
}

function faultOfPrevious(body: Buffer, { at, isPreviousUnclear }: Outline): string | null {
  const value = at.previous_response_id;
  if (value === undefined) return null;
  if (isPreviousUnclear) {
    return 'the body must have one "previous_response_id", in small letters';
  }
  const isText = body[value] === quote && (body[value + 1] === quote || stringAt(body, value));
  return isText || body.toString('latin1', value, value + 4) === 'null'
    ? null
    : '"previous_response_id" must be a string';
}

function objectsIn(body: Buffer, { objects }: Outline): CarriedMark[] | { error: GatewayError } {
  const found = new Map<string, CarriedMark>();
  for (let at = 0; at < objects.length; at += 2) {
    const field = objectWords[objects[at] ?? 0];
    const value = objects[at + 1] ?? 0;
    const isEmpty = body[value + 1] === quote;
    if (!field || isEmpty) continue;
    const text = stringAt(body, value);
    if (text === null) return refused(field, `"${field}" is not a valid string`);
    const isAddress = field === 'fileUri' || field === 'file_uri';
    const marks = isAddress ? filesIn(text) : [text];
    if (!marks) return refused(field, `"${field}" is too long for a file's address`);
    for (const mark of marks) {
      found.set(mark, { mark, field, isReference: true, isObject: true });
    }
  }
  return [...found.values()];
}

/** Longer than addresses with a signature. */
const addressLimit = 8 * 1024;
const filesLimit = 8;

/**
 * Google's files are named by their address, which relays may read in other ways: with a query, a slash
 * behind it, percent signs, white space. All that may be names are returned; null if there are too many.
 */
function filesIn(address: string): string[] | null {
  if (/^data:/i.test(address)) return [];
  if (address.length > addressLimit) return null;
  const plain = address
    .replace(/%([0-9a-f]{2})/gi, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    )
    .replace(/[\t\r\n]/g, '');
  const names = plain.matchAll(/(?:^|[\s/\\])files[/\\]+([\w.-]+)/gi);
  const marks = [...names].map(([, name]) => `files/${name}`);
  return marks.length > filesLimit ? null : marks;
}

function latest(body: Buffer, { marks }: Outline, fields: readonly MarkField[]) {
  const found: { mark: string; field: MarkField }[] = [];
  for (let at = marks.length - 2; at >= 0 && found.length < readLimit; at -= 2) {
    const field = markWords[marks[at] ?? 0];
    if (!field || !fields.includes(field)) continue;
    const mark = stringAt(body, marks[at + 1] ?? 0);
    if (mark !== null && (field !== 'id' || itemId.test(mark))) found.push({ mark, field });
  }
  return found;
}

/** Items that a channel stores. Any other `id`, and a short one, may be the client's own. */
const itemId = /^(?:rs|msg|fc|ws|ci|ig|mcp)_\w{12}/;
const idWithin = /^\{\s*"id"\s*:\s*/;

/** A string, or an object whose first field is its id. */
function markAt(body: Buffer, value: number | undefined): string | null {
  if (value === undefined) return null;
  const [skipped = ''] = idWithin.exec(body.toString('latin1', value, value + 64)) ?? [];
  return stringAt(body, value + skipped.length);
}

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
