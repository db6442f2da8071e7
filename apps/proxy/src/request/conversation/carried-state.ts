import type { GatewayRoute } from '@api-monitor/core';
import { endOfString, quote } from '../json-bytes.ts';
import { type MarkField, markWords, type Outline, objectWords } from './outline.ts';

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
 * it most strictly first, and the latest first.
 */
export function carriedState(route: GatewayRoute, body: Buffer, outline: Outline): CarriedMark[] {
  const fields = fieldsByRoute[route];
  if (!fields) return [];
  const own = fields.references.flatMap((field) => {
    const mark = markAt(body, outline.at[field]);
    const isObject = field === 'previous_response_id';
    return mark === null ? [] : { mark, field, isReference: true, isObject };
  });
  const named = outline.objects.length === 0 ? own : [...objectsIn(body, outline), ...own];
  if (outline.marks.length === 0) return named;
  return [
    ...named,
    ...latest(body, outline, fields.sealed).map((one) => ({ ...one, isReference: false })),
    ...latest(body, outline, fields.inner).map((one) => ({ ...one, isReference: true })),
  ];
}

/** Google's files are named by their address. */
const fileInAddress = /(?:^|\/)(files\/[\w-]+)$/;

function objectsIn(body: Buffer, { objects }: Outline): CarriedMark[] {
  const found = new Map<string, CarriedMark>();
  for (let at = 0; at < objects.length; at += 2) {
    const field = objectWords[objects[at] ?? 0];
    const text = stringAt(body, objects[at + 1] ?? 0);
    if (!field || text === null) continue;
    const isAddress = field === 'fileUri' || field === 'file_uri';
    const mark = isAddress ? fileInAddress.exec(text)?.[1] : text;
    if (mark !== undefined) found.set(mark, { mark, field, isReference: true, isObject: true });
  }
  return [...found.values()];
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
