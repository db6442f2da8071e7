import type { AnswerProgress, BodyError, BodyReading } from '@api-monitor/core';
import { answerOf, type Draft, emptyDraft, hasToken } from './draft.ts';
import { findError, messageOf } from './find-error.ts';
import { parseJson } from './json-value.ts';
import type { Protocol } from './protocol.ts';
import { endSse, readSse, type SseEvent, type SseState, sseStart } from './sse.ts';

/** A stream under way: what it said so far, and the parser between two pieces. */
export interface StreamState {
  sse: SseState;
  draft: Draft;
  /** How many events could be read; none makes the body unreadable rather than empty of text. */
  readable: number;
}

export const streamStart: StreamState = { sse: sseStart, draft: emptyDraft, readable: 0 };

/** Takes the next piece of a stream, split anywhere. */
export function readPiece(protocol: Protocol, state: StreamState, text: string): StreamState {
  const { state: sse, events } = readSse(state.sse, text);
  return events.reduce((sofar, event) => readOne(protocol, sofar, event), { ...state, sse });
}

/** Whether the first text, thought or tool call has come. */
export function hasFirstToken({ draft }: StreamState): boolean {
  return hasToken(draft);
}

/**
 * How far the stream has come by its own account. Gemini's have no last word, and some put a finish
 * reason into every event: without a token it completes nothing.
 */
export function progressOf({ draft }: StreamState): AnswerProgress {
  if (draft.isOver || draft.error) return 'over';
  return draft.ended && (hasToken(draft) || draft.stoppedAtLimit) ? 'complete' : 'under_way';
}

/** What an event stream, now over, turned out to be; `body` is its text. */
export function endStream(protocol: Protocol, state: StreamState, body: string): BodyReading {
  const { draft, readable } = endSse(state.sse).reduce(
    (sofar, event) => readOne(protocol, sofar, event),
    state,
  );
  if (draft.error) return { kind: 'error', error: draft.error, streamed: true };
  if (readable === 0) return { kind: 'unreadable', fault: 'not_json', body };
  if (!draft.ended) return { kind: 'unreadable', fault: 'broken_stream', body };
  return { kind: 'answer', answer: answerOf(draft, protocol.textOf(draft)), streamed: true };
}

function readOne(protocol: Protocol, state: StreamState, { event, data }: SseEvent): StreamState {
  const { draft } = state;
  if (draft.error) return state;
  const readable = state.readable + 1;
  if (data.trim() === '[DONE]')
    return { ...state, readable, draft: { ...draft, ended: true, isOver: true } };
  const json = parseJson(data);
  const error = event === 'error' ? errorEvent(json, data) : findError(json);
  if (error) return { ...state, readable, draft: { ...draft, error } };
  return json === undefined
    ? state
    : { ...state, readable, draft: protocol.readEvent(draft, json) };
}

function errorEvent(json: unknown, data: string): BodyError {
  return findError(json) ?? { message: messageOf(json) || data, type: null, code: null };
}
