/** One Server-Sent Event. */
export interface SseEvent {
  /** The `event:` field; null where the event has none. */
  event: string | null;
  data: string;
}

/** A parser between two pieces of text. */
export interface SseState {
  /** The line under way, without its end. */
  line: string;
  /** The last piece ended in a CR, whose LF may follow. */
  afterCr: boolean;
  /** Nothing but a byte order mark may have been read so far. */
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
 * The events that `text` completes, and the state from which to go on. Pieces may be split anywhere:
 * within a line, between CR and LF, behind a byte order mark.
 * Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export function readSse(state: SseState, text: string): { state: SseState; events: SseEvent[] } {
  if (text === '') return { state, events: [] };
  let rest = state.atStart && text.startsWith('\uFEFF') ? text.slice(1) : text;
  if (state.afterCr && rest.startsWith('\n')) rest = rest.slice(1);
  // Only the new piece is searched: a line of megabytes that comes in drips costs no more than once.
  const [first = '', ...others] = rest.split(/\r\n|\r|\n/);
  const lines = [state.line + first, ...others];
  const unfinished = lines.pop() ?? '';
  const builder: Builder = { event: state.event, data: state.data };
  const events = lines.flatMap((line) => readLine(builder, line));
  const afterCr = rest.endsWith('\r');
  return { state: { ...builder, line: unfinished, afterCr, atStart: false }, events };
}

/** The event that a stream left open when it ended without a last blank line, if any. */
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
