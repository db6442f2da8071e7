import type { BodyError, BodyReading } from '@api-monitor/core';
import { answerOf, emptyDraft } from './draft.ts';
import { findError, messageOf } from './find-error.ts';
import { parseJson, textOf } from './json-value.ts';
import type { Protocol } from './protocol.ts';
import { endStream, readPiece, streamStart } from './read-stream.ts';

/** Reads an answer's body. With a status other than 2xx it is always an error. */
export function readBody(protocol: Protocol, status: number, body: string): BodyReading {
  if (status < 200 || status > 299) {
    return { kind: 'error', error: readErrorBody(body), streamed: false };
  }
  return readAnswerBody(protocol, body);
}

/** Goes by the content, because neither the content type nor the request's form is reliable. */
function readAnswerBody(protocol: Protocol, raw: string): BodyReading {
  const body = raw.replace(/^\uFEFF/, '');
  const json = parseJson(body);
  if (json !== undefined) return readJsonBody(protocol, json);
  if (body.trim() === '') return { kind: 'unreadable', fault: 'empty', body };
  if (isEventStream(body)) return endStream(protocol, readPiece(protocol, streamStart, body), body);
  return { kind: 'unreadable', fault: isHtml(body) ? 'html' : 'not_json', body };
}

function readJsonBody(protocol: Protocol, json: unknown): BodyReading {
  const error = findError(json);
  if (error) return { kind: 'error', error, streamed: false };
  const { readEvent, readWhole = readEvent } = protocol;
  // Gemini's stream without `alt=sse` is one array of its events.
  const draft = Array.isArray(json)
    ? json.reduce(readEvent, emptyDraft)
    : readWhole(emptyDraft, json);
  if (draft.error) return { kind: 'error', error: draft.error, streamed: false };
  return { kind: 'answer', answer: answerOf(draft, protocol.textOf(draft)), streamed: false };
}

/** Whether its first line that isn't blank is a field of an event or a comment. */
function isEventStream(body: string): boolean {
  return /^\s*(data|event|id|retry)?:/.test(body.slice(0, 1000));
}

function isHtml(body: string): boolean {
  return /^\s*<(!doctype|html|head|body|!--|\w+[\s>])/i.test(body.slice(0, 1000));
}

/** Reads a body with an error status: JSON of any shape, an HTML page, or plain text. */
export function readErrorBody(raw: string): BodyError {
  const body = raw.replace(/^\uFEFF/, '').trim();
  const json = parseJson(body) ?? parseJson(/^data:(.*)$/m.exec(body)?.[1] ?? '');
  if (json === undefined) return nameless(isHtml(body) ? htmlMessage(body) : body);
  return findError(json) ?? nameless(messageOf(json) || textOf(json));
}

function nameless(message: string): BodyError {
  return { message, type: null, code: null };
}

/** A message is at the start, so patterns don't search megabytes. */
const pageLimit = 8000;

/** The page's title, else its text. */
function htmlMessage(page: string): string {
  const start = page.slice(0, pageLimit);
  const title = /<title[^>]*>([^<]*)/i.exec(start)?.[1]?.trim();
  if (title) return title;
  return start.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ').trim();
}
