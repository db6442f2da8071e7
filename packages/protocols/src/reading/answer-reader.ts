import {
  type BodyError,
  type BodyReading,
  type GatewayRoute,
  noUsage,
  type TokenUsage,
} from '@api-monitor/core';
import { type Draft, emptyDraft, trimmed } from '../codecs/draft.ts';
import { opaqueAnswer } from '../codecs/opaque-answer.ts';
import type { Codec } from '../codecs/protocol.ts';
import { codecFor } from '../codecs/protocol-for.ts';
import { readingOf } from '../codecs/reading-of.ts';
import { type BodyForm, bodyFormOf } from './body-form.ts';
import { createEventFilter, type EventFilter, mayBeGarbled } from './event-filter.ts';
import {
  createArrayFrames,
  createEventFrames,
  endOfFirstEvent,
  type Frames,
  startOfEvent,
} from './event-frames.ts';
import { findError } from './find-error.ts';
import { createJsonTail, type JsonTail } from './json-tail.ts';
import { parseJson } from './json-value.ts';
import { MediaAnswer, mediaOf } from './media-answer.ts';
import { readBody } from './read-body.ts';
import { draftAfter } from './read-stream.ts';
import { endSse, readSse, type SseEvent, sseStart } from './sse.ts';
import { mayHaveStateMarks, stateMarksOf } from './state-marks.ts';
import { TextEstimate, textBytesOf } from './text-estimate.ts';

export interface AnswerReaderOptions {
  route: GatewayRoute;
  status: number;
  /** The header; an answer of sound or plain text is judged by it. */
  contentType?: string | undefined;
  /** Whether the channel is known to end its streams without saying so. */
  mayLackEnd?: boolean;
  /** Whether a good answer may be any bytes, such as a file, so that nothing in them is read. */
  isRaw?: boolean;
  /** Called with every string that only this channel understands: see `stateMarksOf`. */
  onState?: (mark: string) => void;
}

/** Reads an answer while it passes, without keeping it. Chunks may be split anywhere, and aren't kept. */
export interface AnswerReader {
  take(chunk: Uint8Array): void;
  /** What the body is, by its content. */
  readonly form: BodyForm;
  /** Text that isn't blank, a thought or a tool call has come. Of a whole JSON body only known at its end. */
  readonly hasToken: boolean;
  /** The answer has said that it is complete, or an error has come in its place. */
  readonly hasEnded: boolean;
  readonly error: BodyError | null;
  /** The model has begun to think, whether or not its thoughts are shown. */
  readonly isThinking: boolean;
  /** A stream had an event that isn't JSON, which no SDK can read; what follows it isn't read. */
  readonly isGarbled: boolean;
  /** By the reports so far; the last one is read by `end`. */
  readonly usage: TokenUsage;
  /** About how many tokens of text have come, for an answer that reports none. */
  readonly estimatedTokens: number;
  /** Called once, after the last chunk: what `judgeAnswer` judges. Only the start of the text is in it. */
  end(): BodyReading;
}

/** A longer event is passed over, and of a longer whole body only the end is read. */
const limitBytes = 1024 * 1024;
/** A real stream has its first token by then; in what goes on without one, only marked events are read. */
const unworkedLimit = 10_000;
/** A stream with more events that only look broken has signs of life that aren't worth the time. */
const doubtLimit = 1_000;
/** How much of an error's body is read. */
const errorLimitBytes = 64 * 1024;
/** How much of the body is kept to be quoted. */
const shownBytes = 1000;
/** The name of an event whose data is too long to be read. */
const endOfTooLong = /^event: ?(?:response\.(?:completed|incomplete)|message_stop)\s/m;

export function createAnswerReader(options: AnswerReaderOptions): AnswerReader {
  const { route, status, isRaw, contentType = '' } = options;
  if (status < 200 || status >= 300) return new ErrorAnswer(options);
  if (isRaw) return new RawAnswer();
  const isMedia = mediaOf(route, contentType) !== null;
  return isMedia ? new MediaAnswer({ route, contentType }) : new PassingAnswer(options);
}

/** Bytes of any kind. Only the connection shows their end. */
class RawAnswer implements AnswerReader {
  readonly form = 'other';
  readonly hasToken = true;
  readonly hasEnded = false;
  readonly error = null;
  readonly usage = noUsage;
  readonly estimatedTokens = 0;
  readonly isThinking = false;
  readonly isGarbled = false;

  take(): void {}

  end(): BodyReading {
    return readingOf({ ...emptyDraft, text: 'bytes', ended: true }, opaqueAnswer, false);
  }
}

/** An answer with an error status: read at its end, as a probe's is. */
class ErrorAnswer implements AnswerReader {
  readonly #codec: Codec;
  readonly #status: number;
  #body: Buffer = Buffer.alloc(0);
  error: BodyError | null = null;
  readonly form = 'other';
  readonly hasToken = false;
  readonly usage = noUsage;
  readonly estimatedTokens = 0;
  readonly isThinking = false;
  readonly isGarbled = false;

  constructor({ route, status }: AnswerReaderOptions) {
    this.#codec = codecFor(route);
    this.#status = status;
  }

  get hasEnded(): boolean {
    return this.error !== null;
  }

  take(chunk: Uint8Array): void {
    if (this.#body.length >= errorLimitBytes) return;
    this.#body = Buffer.concat([this.#body, chunk.subarray(0, errorLimitBytes)]);
  }

  end(): BodyReading {
    const reading = readBody(this.#codec, this.#status, this.#body.toString());
    if (reading.kind === 'error') this.error = reading.error;
    return reading;
  }
}

class PassingAnswer implements AnswerReader {
  readonly #codec: Codec;
  readonly #filter: EventFilter;
  readonly #options: AnswerReaderOptions;
  #draft: Draft = emptyDraft;
  #form: BodyForm = 'unknown';
  /** The body's first bytes. */
  #start: Buffer = Buffer.alloc(0);
  #frames: Frames | null = null;
  #json: JsonTail | null = null;
  #sse = sseStart;
  #readable = 0;
  /** The model has said something, so that the rest of it needn't be read. */
  #hasWorked = false;
  #hasToken = false;
  /** How many events came before the model said something. */
  #unworked = 0;
  /** How many events looked as if they weren't JSON. */
  #doubted = 0;
  /** An event was too long to be read, so nothing can be said about what is missing. */
  #isTooLong = false;
  /** The latest event with a report of tokens that hasn't been read. */
  #report: Buffer | null = null;
  readonly #text = new TextEstimate();

  constructor(options: AnswerReaderOptions) {
    this.#options = options;
    this.#codec = codecFor(options.route);
    this.#filter = createEventFilter(options.route, options.onState !== undefined);
  }

  get form(): BodyForm {
    return this.#form;
  }

  get hasToken(): boolean {
    return this.#hasToken;
  }

  get hasEnded(): boolean {
    return this.#draft.ended || this.error !== null;
  }

  get error(): BodyError | null {
    return this.#draft.error;
  }

  get isThinking(): boolean {
    return this.#draft.isThinking;
  }

  get isGarbled(): boolean {
    return this.#draft.isGarbled;
  }

  get usage(): TokenUsage {
    return this.#draft.usage;
  }

  get estimatedTokens(): number {
    return this.#text.tokens;
  }

  take(chunk: Uint8Array): void {
    const bytes = asBuffer(chunk);
    if (this.#form === 'unknown') this.#begin(bytes);
    else this.#read(bytes);
  }

  #begin(bytes: Buffer): void {
    const start = withoutBlanks(
      this.#start.length === 0 ? bytes : Buffer.concat([this.#start, bytes]),
    );
    this.#form = bodyFormOf(start.toString('latin1', 0, shownBytes));
    if (this.#form === 'unknown') {
      // The chunk's memory is used again.
      this.#start = Buffer.from(start);
      return;
    }
    this.#start = Buffer.alloc(0);
    this.#open(this.#form);
    this.#read(start);
  }

  #open(form: BodyForm): void {
    const onTooLong = (start: Buffer) => {
      this.#isTooLong = true;
      if (endOfTooLong.test(start.toString('latin1')))
        this.#draft = { ...this.#draft, ended: true };
    };
    if (form === 'stream') this.#frames = createEventFrames(limitBytes, onTooLong);
    if (form === 'array') this.#frames = createArrayFrames(limitBytes, onTooLong);
    if (form === 'json') this.#json = createJsonTail(limitBytes);
    // Such as an image's bytes, or sound that is said to be JSON.
    if (form === 'other' && this.#codec.isOpaque) this.#hasToken = true;
  }

  #read(bytes: Buffer): void {
    if (this.#start.length < shownBytes) {
      this.#start = Buffer.concat([this.#start, bytes.subarray(0, shownBytes)]);
    }
    this.#json?.take(bytes);
    this.#frames?.take(bytes, this.#readFrame);
  }

  #readFrame = (frame: Buffer): void => {
    if (this.error || this.isGarbled) return;
    let at = 0;
    while (at < frame.length && !this.#hasWorked && this.#unworked < unworkedLimit) {
      const end = this.#form === 'stream' ? endOfFirstEvent(frame, at) : frame.length;
      const events = this.#eventsIn(frame.subarray(at, end));
      this.#unworked += events.length;
      this.#text.measure(end - at, this.#readEvents(events));
      at = end;
    }
    if (at < frame.length) this.#readMarked(frame.subarray(at));
  };

  /** Reads what matters of a frame, from the first such event on; all of it if a part may be garbled. */
  #readMarked(frame: Buffer): void {
    if (this.error || this.isGarbled) return;
    this.#text.count(frame);
    const words = frame.toString('latin1');
    const first = this.#isDoubtful(words) ? 0 : this.#filter.firstThatMatters(words);
    const start = first < 0 || this.#form !== 'stream' ? 0 : startOfEvent(words, first);
    const before = first < 0 ? words : words.slice(0, start);
    if (this.#filter.mayReportTokens(before)) {
      this.#report = Buffer.from(first < 0 ? frame : frame.subarray(0, start));
    }
    if (first < 0) return;
    this.#readReport();
    this.#readEvents(this.#eventsIn(frame.subarray(start)).filter(this.#isWanted));
  }

  #isWanted = ({ event, data }: SseEvent): boolean => {
    const words = event === null ? data : `event: ${event}\n${data}`;
    const { firstThatMatters, mayReportTokens } = this.#filter;
    if (firstThatMatters(words) >= 0 || mayReportTokens(words)) return true;
    if (this.#doubted >= doubtLimit || data.trimEnd().endsWith('}')) return false;
    this.#doubted += 1;
    return true;
  };

  #isDoubtful(words: string): boolean {
    return this.#doubted < doubtLimit && mayBeGarbled(words);
  }

  #eventsIn(frame: Buffer): SseEvent[] {
    const text = frame.toString();
    if (this.#form === 'array') return [{ event: null, data: text }];
    const { state, events } = readSse(this.#sse, text);
    this.#sse = state;
    return events;
  }

  /** Returns how many bytes of text they had. */
  #readEvents(events: readonly SseEvent[]): number {
    let said = 0;
    for (const event of events) {
      if (this.error || this.isGarbled) break;
      const draft = draftAfter(this.#codec, this.#draft, event);
      if (draft === null) continue;
      this.#readable += 1;
      // Drafts are trimmed when they are kept.
      said += Math.max(0, textBytesOf(draft) - textBytesOf(this.#draft));
      this.#keep(draft);
      const { onState } = this.#options;
      if (!onState || !mayHaveStateMarks(event.data)) continue;
      for (const mark of stateMarksOf(parseJson(event.data))) onState(mark);
    }
    return said;
  }

  #keep(draft: Draft): void {
    this.#hasWorked ||= draft.toolCalls.size > 0 || this.#codec.textOf(draft).trim() !== '';
    this.#hasToken ||= this.#hasWorked || draft.thought.trim() !== '';
    this.#draft = trimmed(draft);
  }

  #readReport(): void {
    const report = this.#report;
    this.#report = null;
    if (report) this.#readEvents(this.#eventsIn(report).filter(this.#isWanted));
  }

  end(): BodyReading {
    switch (this.#form) {
      case 'stream':
      case 'array':
        return this.#endOfEvents();
      case 'json':
        return this.#endOfJson();
      default:
        return this.#endOfOther();
    }
  }

  #endOfEvents(): BodyReading {
    const rest = this.#frames?.rest();
    const { isGarbled } = this;
    if (rest && this.#form === 'stream') {
      const { state, events } = readSse(this.#sse, rest.toString());
      this.#readReport();
      this.#readEvents([...events, ...endSse(state)]);
    }
    this.#readReport();
    // The last event may have been cut off.
    this.#draft = { ...this.#draft, isGarbled };
    if (this.error) return readingOf(this.#draft, this.#codec, this.#form === 'stream');
    if (this.#isTooLong) return this.#unknowable();
    if (this.#form === 'array') return this.#endOfArray(rest !== null);
    if (this.#readable === 0 || isGarbled) return this.#unreadable('not_json');
    const isWhole = this.hasEnded || (this.#options.mayLackEnd === true && this.#hasToken);
    return isWhole ? readingOf(this.#draft, this.#codec, true) : this.#unreadable('broken_stream');
  }

  #endOfArray(isCut: boolean): BodyReading {
    return isCut ? this.#unreadable('not_json') : readingOf(this.#draft, this.#codec, false);
  }

  #endOfJson(): BodyReading {
    const { whole, usage } = this.#json?.end() ?? { whole: '', usage: null };
    if (whole === null) {
      this.#keep(this.#codec.readEvent(this.#draft, usage));
      return this.#unknowable();
    }
    const json = parseJson(whole.replace(/^\uFEFF/, ''));
    if (json === undefined) return this.#endOfOther();
    const error = findError(json);
    const { readEvent, readWhole = readEvent } = this.#codec;
    const read = error ? { ...this.#draft, error } : readWhole(this.#draft, json);
    this.#text.measure(0, textBytesOf(read));
    this.#keep(read);
    const { onState } = this.#options;
    if (onState && !error && mayHaveStateMarks(whole)) {
      for (const mark of stateMarksOf(json)) onState(mark);
    }
    // A whole body needs no other end than its own.
    this.#draft = { ...this.#draft, ended: true };
    return readingOf(this.#draft, this.#codec, false);
  }

  #endOfOther(): BodyReading {
    const start = this.#start.toString();
    if (start.replace(/^\uFEFF/, '').trim() === '') return this.#unreadable('empty');
    if (this.#form === 'page') return this.#unreadable('html');
    return this.#codec.isOpaque ? this.#unknowable() : this.#unreadable('not_json');
  }

  /** It has arrived, and that is all that can be said. */
  #unknowable(): BodyReading {
    const draft = { ...this.#draft, text: this.#draft.text.trim() || 'an answer', ended: true };
    this.#keep(draft);
    return readingOf(draft, this.#codec, this.#form === 'stream');
  }

  #unreadable(fault: 'empty' | 'html' | 'not_json' | 'broken_stream'): BodyReading {
    return { kind: 'unreadable', fault, body: this.#start.toString() };
  }
}

/** While a model works, some servers send blank lines before a whole answer, for minutes. */
function withoutBlanks(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte > 0x20);
  return first < 0 ? Buffer.alloc(0) : bytes.subarray(first);
}

/** The same bytes as a Buffer, whose search is native. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
