import { type BodyError, type BodyReading, type GatewayRoute, noUsage } from '@api-monitor/core';
import { emptyDraft } from '../codecs/draft.ts';
import { opaqueAnswer } from '../codecs/opaque-answer.ts';
import { readingOf } from '../codecs/reading-of.ts';
import { bodyFormOf } from './body-form.ts';
import { findError } from './find-error.ts';
import { isObject, parseJson } from './json-value.ts';

/** `sound`: no byte is read. `text`: what is as a whole an error or a page is known as one. */
export type Media = 'sound' | 'text';

const textRoutes: readonly GatewayRoute[] = ['transcriptions', 'translations'];
const soundTypes = /^(audio|video)\/|^application\/(octet-stream|ogg)$/;
const readTypes = /^text\/event-stream$|[/+]json$/;

/**
 * What a good answer is by its content type, if it is sound or plain text: any bytes may be either, so they
 * don't tell. Null if the route has neither, or if the answer is JSON or an event stream.
 */
export function mediaOf(route: GatewayRoute, contentType: string): Media | null {
  const isText = textRoutes.includes(route);
  if (!isText && route !== 'speech') return null;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (readTypes.test(type)) return null;
  return !isText && soundTypes.test(type) ? 'sound' : 'text';
}

/** A longer body isn't an error. */
const limitBytes = 64 * 1024;
const startOfElse = /^(\u00EF(\u00BB(\u00BF)?)?)?\s*($|[{<])/;
const isPage = /^<(!doctype|html|head|body|!--)/i;

/** Reads an answer of sound or plain text while it passes. */
export class MediaAnswer {
  readonly #options: { route: GatewayRoute; contentType: string };
  #length = 0;
  /** Kept until it is known that it is no error and no page. */
  #start: Buffer = Buffer.alloc(0);
  hasToken = false;
  error: BodyError | null = null;
  usage = noUsage;
  readonly estimatedTokens = 0;
  readonly form = 'other';
  /** Only the connection shows the end. */
  readonly hasEnded = false;
  readonly isThinking = false;
  readonly isGarbled = false;

  constructor(options: { route: GatewayRoute; contentType: string }) {
    this.#options = options;
  }

  take(chunk: Uint8Array): void {
    this.#length += chunk.length;
    if (this.hasToken || chunk.length === 0) return;
    const { route, contentType } = this.#options;
    if (mediaOf(route, contentType) === 'sound') {
      this.hasToken = true;
      return;
    }
    this.#start = Buffer.concat([this.#start, chunk]);
    if (mayBeElse(this.#start) && this.#length <= limitBytes) return;
    this.hasToken = true;
    this.#start = Buffer.alloc(0);
  }

  end(): BodyReading {
    const { route, contentType } = this.#options;
    if (this.hasToken) return this.#answered();
    const text = trimmedText(this.#start);
    if (text === '' && textRoutes.includes(route)) return { kind: 'silence' };
    if (this.#length === 0) return { kind: 'unreadable', fault: 'empty', body: '' };
    const saysPage = contentType.toLowerCase().startsWith('text/html');
    if (isPage.test(text) || (saysPage && bodyFormOf(text) === 'page')) {
      return { kind: 'unreadable', fault: 'html', body: text };
    }
    return this.#answered(parseJson(text));
  }

  /** `json`: what the whole text is, if it is JSON. */
  #answered(json?: unknown): BodyReading {
    const draft = { ...emptyDraft, text: 'an answer', ended: true };
    this.error = findError(json);
    if (this.error) return readingOf({ ...draft, error: this.error }, opaqueAnswer, false);
    const read = isObject(json) ? opaqueAnswer.readEvent(draft, json) : draft;
    this.usage = read.usage;
    return readingOf(read, opaqueAnswer, false);
  }
}

/** Whether the start may be that of an error or a page, or is blank. */
function mayBeElse(start: Buffer): boolean {
  return startOfElse.test(start.toString('latin1'));
}

function trimmedText(bytes: Buffer): string {
  return bytes
    .toString()
    .replace(/^\uFEFF/, '')
    .trim();
}
