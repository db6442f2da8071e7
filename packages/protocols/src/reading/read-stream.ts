import type { AnswerProgress, BodyError, BodyReading } from '@api-monitor/core';
import { type Draft, emptyDraft, hasToken } from '../codecs/draft.ts';
import type { Codec } from '../codecs/protocol.ts';
import { readingOf } from '../codecs/reading-of.ts';
import { findError, messageOf, namelessError } from './find-error.ts';
import { isObject, parseJson } from './json-value.ts';
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
export function readPiece(codec: Codec, state: StreamState, text: string): StreamState {
  const { state: sse, events } = readSse(state.sse, text);
  return events.reduce((before, event) => readOne(codec, before, event), { ...state, sse });
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
export function endStream(codec: Codec, state: StreamState, body: string): BodyReading {
  const { draft: last, readable } = endSse(state.sse).reduce(
    (before, event) => readOne(codec, before, event),
    state,
  );
  // The last event may have been cut off.
  const draft = { ...last, isGarbled: state.draft.isGarbled };
  if (draft.error) return readingOf(draft, codec, true);
  if (readable === 0 || draft.isGarbled) return { kind: 'unreadable', fault: 'not_json', body };
  if (!draft.ended) return { kind: 'unreadable', fault: 'broken_stream', body };
  return readingOf(draft, codec, true);
}

/** Reads one event; those behind an error are passed over. */
function readOne(codec: Codec, state: StreamState, event: SseEvent): StreamState {
  if (state.draft.error || state.draft.isGarbled) return state;
  const draft = draftAfter(codec, state.draft, event);
  return draft === null ? state : { ...state, readable: state.readable + 1, draft };
}

/** The draft after one more event; null if nothing can be read from it. */
export function draftAfter(codec: Codec, draft: Draft, { event, data }: SseEvent): Draft | null {
  if (data.trim() === '[DONE]') return { ...draft, ended: true, isOver: true };
  const json = parseJson(data);
  const error = event === 'error' ? errorEvent(json, data) : findError(json);
  if (error) return { ...draft, error };
  if (json !== undefined) return codec.readEvent(draft, typed(json, event));
  return isGarbage(data) && !draft.ended ? { ...draft, isGarbled: true } : null;
}

/** Not JSON, and not the single word that some relays send as a sign of life either. */
function isGarbage(data: string): boolean {
  return !/^\[?[\p{L}\p{N}_ -]*\]?$/u.test(data.trim());
}

/** Some relays name an event's type only outside its data. */
function typed(json: unknown, event: string | null): unknown {
  return event === null || !isObject(json) || json.type !== undefined
    ? json
    : { ...json, type: event };
}

function errorEvent(json: unknown, data: string): BodyError {
  return findError(json) ?? namelessError(messageOf(json) || data);
}
