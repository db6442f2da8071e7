import type { AnswerProgress, BodyError, BodyReading } from '@api-monitor/core';
import { answerOf, type Draft, emptyDraft, hasToken } from './draft.ts';
import { findError, messageOf } from './find-error.ts';
import { parseJson } from './json-value.ts';
import type { Protocol } from './protocol.ts';
import { endSse, readSse, type SseEvent, type SseState, sseStart } from './sse.ts';

/** What a stream has sent so far, and the state of its parser. */
export interface StreamState {
  sse: SseState;
  draft: Draft;
  /** How many events could be read. Without any, the body is unreadable rather than without text. */
  readable: number;
}

export const streamStart: StreamState = { sse: sseStart, draft: emptyDraft, readable: 0 };

/** Reads the next piece of a stream, which may be split anywhere. */
export function readPiece(protocol: Protocol, state: StreamState, text: string): StreamState {
  const { state: sse, events } = readSse(state.sse, text);
  return events.reduce((before, event) => readOne(protocol, before, event), { ...state, sse });
}

/** Whether the first text, thought or tool call has arrived. */
export function hasFirstToken({ draft }: StreamState): boolean {
  return hasToken(draft);
}

/**
 * How far the stream says it has come. Gemini's streams have no final event, and some send a finish
 * reason in every event, so a finish reason without a token doesn't count.
 */
export function progressOf({ draft }: StreamState): AnswerProgress {
  if (draft.isOver || draft.error) return 'over';
  return draft.ended && (hasToken(draft) || draft.stoppedAtLimit) ? 'complete' : 'under_way';
}

/** Reads the rest of a stream that has ended; `body` is its whole text. */
export function endStream(protocol: Protocol, state: StreamState, body: string): BodyReading {
  const { draft, readable } = endSse(state.sse).reduce(
    (before, event) => readOne(protocol, before, event),
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
