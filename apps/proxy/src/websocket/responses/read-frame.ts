import type { GatewayError } from '../../dialects/gateway-error.ts';
import { itemsOf, type Member, membersOf, type Place } from './json-members.ts';

/** A request for a response, by its places in the frame's bytes. */
export interface CreateFrame {
  kind: 'create';
  bytes: Buffer;
  /** The order of frames with the same one is kept; events repeat it. */
  streamId: string | null;
  previousId: string | null;
  /** Asks for an id to continue from and for no answer: `"generate": false`. */
  isWarmUp: boolean;
  /** False if the channel is to forget the response: `"store": false`. */
  isStored: boolean;
  /** Whether the channel keeps what came before, in a `conversation`. */
  hasConversation: boolean;
  model: string;
  /** The members of the body, without the input, the previous response and what only WebSockets have. */
  members: readonly Place[];
  previous: Place | null;
  input: Place | null;
  /** The input's items; null if it is a text. */
  items: readonly Place[] | null;
}

export type Frame =
  | CreateFrame
  | { kind: 'steer'; bytes: Buffer; previous: Place | null; input: Place | null }
  /** It needs no answer. */
  | { kind: 'ignored' }
  | { kind: 'bad'; error: GatewayError; streamId: string | null };

/** Frames up to this size are also parsed, so that broken JSON is refused at once, as POST does. */
const parsedBytes = 16 * 1024;
const longestText = 1024;

/** Members that a POST doesn't have, or that the gateway sets itself. */
const envelope = new Set(['type', 'stream_id', 'generate', 'background', 'stream']);

/**
 * Reads a client's frame: https://developers.openai.com/api/docs/guides/websocket-mode. Only the members that
 * the gateway needs are looked at; all others go up byte for byte.
 */
export function readFrame(bytes: Buffer): Frame {
  const members = bytes.length > parsedBytes || isJson(bytes) ? membersOf(bytes) : null;
  if (!members) return bad('the frame must be a JSON object', null);
  const byKey = new Map(members.map((member) => [member.key, member]));
  const streamId = textAt(bytes, byKey.get('stream_id'));
  if (byKey.size < members.length) {
    return bad('the frame has a key more than once', null, streamId);
  }
  switch (textAt(bytes, byKey.get('type'))) {
    case 'response.create':
      return readCreate(bytes, members, byKey, streamId);
    case 'response.steer':
      return { kind: 'steer', bytes, ...placesOf(byKey) };
    // Codex reports that it has stored a response.
    case 'response.processed':
      return { kind: 'ignored' };
    default:
      return bad('"type" must be response.create', 'type', streamId);
  }
}

type ByKey = ReadonlyMap<string, Member>;

function readCreate(
  bytes: Buffer,
  members: readonly Member[],
  byKey: ByKey,
  streamId: string | null,
): Frame {
  const scalarOf = (key: string) => scalarAt(bytes, byKey.get(key));
  if (scalarOf('background') === true) {
    return bad(
      '"background" must be false: over a WebSocket answers are streamed',
      'background',
      streamId,
    );
  }
  const previousId = scalarOf('previous_response_id') ?? null;
  if (previousId !== null && typeof previousId !== 'string') {
    return bad('"previous_response_id" must be a string', 'previous_response_id', streamId);
  }
  const { previous, input } = placesOf(byKey);
  const items = input && itemsOf(bytes, input.start);
  const isText = input !== null && bytes[input.start] === 0x22;
  if (input && !items && !isText) {
    return bad('"input" must be a string or an array of items', 'input', streamId);
  }
  const isSent = ({ key }: Member) =>
    !envelope.has(key) && key !== 'input' && key !== 'previous_response_id';
  return {
    ...{ kind: 'create', bytes, streamId, previousId, previous, input, items },
    isWarmUp: scalarOf('generate') === false,
    isStored: scalarOf('store') !== false,
    hasConversation: (scalarOf('conversation') ?? null) !== null,
    model: textAt(bytes, byKey.get('model')) ?? '',
    members: members.filter(isSent).map(({ whole }) => whole),
  };
}

function placesOf(byKey: ByKey) {
  return {
    previous: byKey.get('previous_response_id')?.value ?? null,
    input: byKey.get('input')?.value ?? null,
  };
}

/** A string, number, boolean or null; undefined if it is absent, something else or too long. */
function scalarAt(bytes: Buffer, member: Member | undefined): unknown {
  if (!member) return undefined;
  const { start, end } = member.value;
  const isNested = bytes[start] === 0x7b || bytes[start] === 0x5b;
  if (isNested || end - start > longestText) return isNested ? {} : undefined;
  try {
    return JSON.parse(bytes.toString('utf8', start, end));
  } catch {
    return undefined;
  }
}

function textAt(bytes: Buffer, member: Member | undefined): string | null {
  const value = scalarAt(bytes, member);
  return typeof value === 'string' ? value : null;
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString());
    return true;
  } catch {
    return false;
  }
}

function bad(message: string, param: string | null, streamId: string | null = null): Frame {
  const error: GatewayError = { status: 400, code: 'invalid_request', message };
  return { kind: 'bad', streamId, error: param === null ? error : { ...error, param } };
}
