/** One Server-Sent Event. */
export interface SseEvent {
  /** The `event:` field; null if the event has none. */
  event: string | null;
  data: string;
}

/** The state of a parser between two pieces of text. */
export interface SseState {
  /** The current line, which hasn't ended. */
  line: string;
  /** The last piece ended in a CR, which a LF may follow. */
  afterCr: boolean;
  /** No text has been read so far, so a byte order mark may follow. */
  atStart: boolean;
  event: string | null;
  /** The event's data so far; null before its first line. */
  data: string | null;
}

export const sseStart: SseState = {
  line: '',
  afterCr: false,
  atStart: true,
  event: null,
  data: null,
};

/**
 * The events that `text` completes, and the state for the next piece. Pieces may be split anywhere:
 * within a line, between CR and LF, after a byte order mark.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function readSse(state: SseState, text: string): { state: SseState; events: SseEvent[] } {
  if (text === '') return { state, events: [] };
  let rest = state.atStart && text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (state.afterCr && rest.startsWith('\n')) rest = rest.slice(1);
  // Only the new piece is searched, so a line of megabytes in small pieces takes linear time.
  const [first = '', ...others] = rest.split(/\r\n|\r|\n/);
  const lines = [state.line + first, ...others];
  const unfinished = lines.pop() ?? '';
  const builder: Builder = { event: state.event, data: state.data };
  const events = lines.flatMap((line) => readLine(builder, line));
  const afterCr = rest.endsWith('\r');
  return { state: { ...builder, line: unfinished, afterCr, atStart: false }, events };
}

/** The event that is incomplete because the stream ended without a last blank line, if any. */
export function endSse(state: SseState): SseEvent[] {
  return readSse(state, '\n\n').events;
}

type Builder = Pick<SseState, 'event' | 'data'>;

function readLine(builder: Builder, line: string): SseEvent[] {
  if (line === '') return dispatch(builder);
  const colon = line.indexOf(':');
  const field = colon === -1 ? line : line.slice(0, colon);
  const value = colon === -1 ? '' : line.slice(colon + 1).replace(/^ /, '');
  if (field === 'data') builder.data = builder.data === null ? value : `${builder.data}\n${value}`;
  if (field === 'event') builder.event = value;
  return [];
}

function dispatch(builder: Builder): SseEvent[] {
  const { event, data } = builder;
  builder.event = null;
  builder.data = null;
  return data === null ? [] : [{ event, data }];
}
