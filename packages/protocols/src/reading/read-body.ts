import { type BodyError, type BodyReading, pageErrorType } from '@api-monitor/core';
import { emptyDraft } from '../codecs/draft.ts';
import type { Codec } from '../codecs/protocol.ts';
import { readingOf } from '../codecs/reading-of.ts';
import { bodyFormOf } from './body-form.ts';
import { errorIn, findError, namelessError } from './find-error.ts';
import { parseJson } from './json-value.ts';
import { endStream, readPiece, streamStart } from './read-stream.ts';

/** Reads an answer's body. With a status other than 2xx it is always an error. */
export function readBody(codec: Codec, status: number, body: string): BodyReading {
  if (status < 200 || status > 299) {
    return { kind: 'error', error: readErrorBody(body), streamed: false };
  }
  return readAnswerBody(codec, body);
}

/** Goes by the content, because neither the content type nor the request's form is reliable. */
function readAnswerBody(codec: Codec, raw: string): BodyReading {
  const body = raw.replace(/^\uFEFF/, '');
  const json = parseJson(body);
  if (json !== undefined) return readJsonBody(codec, json);
  if (body.trim() === '') return { kind: 'unreadable', fault: 'empty', body };
  const form = bodyFormOf(body);
  if (form === 'stream') return endStream(codec, readPiece(codec, streamStart, body), body);
  return { kind: 'unreadable', fault: form === 'page' ? 'html' : 'not_json', body };
}

function readJsonBody(codec: Codec, json: unknown): BodyReading {
  const error = findError(json);
  if (error) return { kind: 'error', error, streamed: false };
  const { readEvent, readWhole = readEvent } = codec;
  // Gemini's stream without `alt=sse` is one array of its events.
  const draft = Array.isArray(json)
    ? json.reduce(readEvent, emptyDraft)
    : readWhole(emptyDraft, json);
  return readingOf(draft, codec, false);
}

/** Reads a body with an error status: JSON of any shape, an HTML page, or plain text. */
export function readErrorBody(raw: string): BodyError {
  const body = raw.replace(/^\uFEFF/, '').trim();
  const json = parseJson(body) ?? parseJson(/^data:(.*)$/m.exec(body)?.[1] ?? '');
  if (json !== undefined) return errorIn(json);
  if (bodyFormOf(body) !== 'page') return namelessError(body);
  return { ...namelessError(htmlMessage(body)), type: pageErrorType };
}

/** A message is at the start, so patterns don't search megabytes. */
const pageLimit = 8000;

/** The page's title, else its text. */
function htmlMessage(page: string): string {
  const start = page.slice(0, pageLimit);
  const title = /<title[^>]{0,200}>([^<]*)/i.exec(start)?.[1]?.trim();
  if (title) return title;
  return start.replaceAll(/<(script|style)[\s\S]*?<\/\1>|<[^<>]*>/gi, ' ').trim();
}
