import type { BodyError, BodyReading } from '@api-monitor/core';
import { answerOf, emptyDraft } from './draft.ts';
import { findError, messageOf } from './find-error.ts';
import { parseJson, textOf } from './json-value.ts';
import type { Protocol } from './protocol.ts';
import { endStream, readPiece, streamStart } from './read-stream.ts';

/** What an answer's body turned out to be: beyond 2xx always an error, in the body's own words. */
export function readBody(protocol: Protocol, status: number, body: string): BodyReading {
  if (status < 200 || status > 299) {
    return { kind: 'error', error: readErrorBody(body), streamed: false };
  }
  return readAnswerBody(protocol, body);
}

/** Told by its content: neither the content type nor what was asked for can be relied upon. */
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
  // Gemini's stream without `alt=sse` is one array of what would be its events.
  const draft = Array.isArray(json)
    ? json.reduce(protocol.readEvent, emptyDraft)
    : protocol.readJson(json);
  if (draft.error) return { kind: 'error', error: draft.error, streamed: false };
  return { kind: 'answer', answer: answerOf(draft, protocol.textOf(draft)), streamed: false };
}

/** Its first line that isn't blank is a field of an event or a comment. */
function isEventStream(body: string): boolean {
  return /^\s*(data|event|id|retry)?:/.test(body.slice(0, 1000));
}

function isHtml(body: string): boolean {
  return /^\s*<(!doctype|html|head|body|!--|\w+[\s>])/i.test(body.slice(0, 1000));
}

/** The message of a body that came with an error status: JSON of any shape, a page, or plain text. */
export function readErrorBody(raw: string): BodyError {
  const body = raw.replace(/^\uFEFF/, '').trim();
  const json = parseJson(body) ?? parseJson(/^data:(.*)$/m.exec(body)?.[1] ?? '');
  if (json === undefined) return nameless(isHtml(body) ? htmlMessage(body) : body);
  return findError(json) ?? nameless(messageOf(json) || textOf(json));
}

function nameless(message: string): BodyError {
  return { message, type: null, code: null };
}

/** A message stands at the start; patterns that look for it are not let loose on megabytes. */
const pageLimit = 8000;

/** A page's title says more than its markup. */
function htmlMessage(page: string): string {
  const start = page.slice(0, pageLimit);
  const title = /<title[^>]*>([^<]*)/i.exec(start)?.[1]?.trim();
  if (title) return title;
  return start.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^>]*>/gi, ' ').trim();
}
