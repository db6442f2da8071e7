import { membersOf, type Place } from './json-members.ts';
import type { CreateFrame } from './read-frame.ts';

/**
 * What a response continued and answered, so that the next request can send all of it: channels are asked by
 * HTTP, and may have forgotten the response, or never have seen it.
 */
export interface History {
  /** The id, as JSON, of the response that the first request continued at its channel; null if none. */
  base: Buffer | null;
  /** Items of input and output, as JSON between commas; none is empty. */
  lists: readonly Buffer[];
}

const noHistory: History = { base: null, lists: [] };

export function bytesOf({ base, lists }: History): number {
  return lists.reduce((sum, list) => sum + list.length, base?.length ?? 0);
}

/** The request's input behind what it continues; null if only the channel knows that. */
export function historyWith(frame: CreateFrame, continued: History | null): History | null {
  if (frame.hasConversation) return null;
  const { base, lists } = continued ?? { ...noHistory, base: rawOf(frame, frame.previous) };
  const input = inputList(frame);
  return { base, lists: input ? [...lists, input] : lists };
}

/** The history with the answer's items, each as JSON. */
export function withOutput(history: History, items: readonly Buffer[], isStored: boolean): History {
  const sendable = isStored ? items : items.flatMap((item) => forgottenItem(item) ?? []);
  if (sendable.length === 0) return history;
  return { ...history, lists: [...history.lists, joined(sendable)] };
}

/**
 * The body of the POST that a frame is sent as, in pieces. A request that continues a response of this
 * connection sends the whole of it.
 */
export function bodyPieces(
  frame: CreateFrame,
  history: History | null,
  isContinued: boolean,
): Buffer[] {
  const members = frame.members.map((place) => rawOf(frame, place) ?? empty);
  if (isContinued && history) {
    if (history.base) members.push(Buffer.concat([previousKey, history.base]));
    members.push(Buffer.concat([inputKey, joined(history.lists), closeBracket]));
  } else {
    const previous = rawOf(frame, frame.previous);
    const input = rawOf(frame, frame.input);
    if (previous) members.push(Buffer.concat([previousKey, previous]));
    if (input) members.push(Buffer.concat([plainInputKey, input]));
  }
  return [openBrace, ...members.flatMap((member) => [member, comma]), streamed];
}

const empty = Buffer.alloc(0);
const openBrace = Buffer.from('{');
const comma = Buffer.from(',');
const previousKey = Buffer.from('"previous_response_id":');
const plainInputKey = Buffer.from('"input":');
const inputKey = Buffer.from('"input":[');
const closeBracket = Buffer.from(']');
const streamed = Buffer.from('"stream":true}');

function rawOf({ bytes }: CreateFrame, place: Place | null): Buffer | null {
  return place && bytes.subarray(place.start, place.end);
}

/** The input's items as JSON between commas; null if there are none. */
function inputList(frame: CreateFrame): Buffer | null {
  const { bytes, input, items } = frame;
  if (!input) return null;
  if (!items) {
    const text = bytes.toString('utf8', input.start, input.end);
    return Buffer.from(`{"type":"message","role":"user","content":${text}}`);
  }
  const [first, last] = [items[0], items.at(-1)];
  return first && last ? bytes.subarray(first.start, last.end) : null;
}

function joined(items: readonly Buffer[]): Buffer {
  return Buffer.concat(items.flatMap((item, at) => (at === 0 ? [item] : [comma, item])));
}

/** Items that don't need their id to be understood. */
const withoutId = new Set(['message', 'function_call', 'custom_tool_call']);

/**
 * An item of an answer that its channel has forgotten. An id, or thoughts that aren't sealed into the item,
 * would refer to what isn't there any more, and the request would be refused.
 */
function forgottenItem(item: Buffer): Buffer | null {
  const members = membersOf(item) ?? [];
  const textOf = (key: string) => {
    const found = members.find((member) => member.key === key);
    return found ? item.toString('utf8', found.value.start, found.value.end) : 'null';
  };
  const type = textOf('type').slice(1, -1);
  if (type === 'reasoning') return textOf('encrypted_content') === 'null' ? null : item;
  if (!withoutId.has(type)) return item;
  const kept = members.filter(({ key }) => key !== 'id');
  const raw = kept.map(({ whole }) => item.subarray(whole.start, whole.end));
  return Buffer.concat([openBrace, joined(raw), Buffer.from('}')]);
}
