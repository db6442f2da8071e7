import { endSse, readSse, type SseEvent, sseStart } from '@api-monitor/protocols';
import type { BodyBudget } from '../../request/body/read-request-body.ts';
import { CountedBytes } from '../counted-bytes.ts';
import { itemsOf, membersOf, type Place } from './json-members.ts';

export interface AnswerHead {
  status: number;
  isStream: boolean;
  /** Sent with an error, because clients read when to try again. */
  headers: Readonly<Record<string, string>>;
}

/** What an answer was, for the request that continues it. */
export interface SeenAnswer {
  /** Null if there is no answer that can be continued. */
  id: string | null;
  /** Its output, as JSON. */
  items: readonly Buffer[];
}

export interface AnswerLimits {
  /** The most that a whole answer, or the output that is remembered, may take. */
  limitBytes: number;
  /** What is kept of an answer counts as a body in memory. */
  budget: BodyBudget;
}

/** Images come whole, in one event. */
const longestEvent = 8 * 1024 ** 2;
/** Strings take up to two bytes for each character. */
const bytesPerCharacter = 2;
/** Of each item that is kept. */
const overheadBytes = 256;
/** As long as an id that is read in a request may be. */
const longestId = 1024;

/**
 * Turns an answer by HTTP into the events that a WebSocket's client gets, each as JSON: those of the stream as
 * they are, a whole answer as its last events, an error status as an `error` event.
 */
export class AnswerEvents {
  readonly #head: AnswerHead;
  readonly #limitBytes: number;
  readonly #counted: CountedBytes;
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #sse = sseStart;
  /** Of an answer that isn't a stream. */
  #body: Buffer[] = [];
  #bodyBytes = 0;
  #items = new Map<number, Buffer>();
  #itemBytes = 0;
  #id: string | null = null;
  /** An event has said that the answer is over. */
  #isOver = false;

  /** Why it can't go on: it is too long, or no memory is left for it. */
  fault: 'too_long' | 'no_room' | null = null;

  constructor(head: AnswerHead, { limitBytes, budget }: AnswerLimits) {
    this.#head = head;
    this.#limitBytes = limitBytes;
    this.#counted = new CountedBytes(budget);
  }

  get seen(): SeenAnswer {
    const inOrder = [...this.#items].sort(([a], [b]) => a - b);
    const isKnown = this.#itemBytes <= this.#limitBytes;
    return { id: isKnown ? this.#id : null, items: inOrder.map(([, item]) => item) };
  }

  take(bytes: Buffer): string[] {
    const events = this.#read(bytes);
    const { line, data, event } = this.#sse;
    const characters = line.length + (data?.length ?? 0) + (event?.length ?? 0);
    const isTooLong =
      characters > Math.min(longestEvent, this.#limitBytes) || this.#bodyBytes > this.#limitBytes;
    const keptBytes = bytesPerCharacter * characters + this.#bodyBytes + this.#itemBytes;
    if (isTooLong) this.fault = 'too_long';
    else if (!this.#counted.set(keptBytes)) this.fault = 'no_room';
    return events;
  }

  /** Forgets what was kept. */
  release(): void {
    this.#sse = sseStart;
    this.#body = [];
    this.#items.clear();
    this.#counted.set(0);
  }

  end(): string[] {
    if (this.#head.isStream) {
      const events = endSse(this.#sse).flatMap((event) => this.#passed(event));
      // Otherwise the client would wait on.
      return this.#isOver ? events : [...events, statedError(JSON.stringify(noEnd))];
    }
    const body = Buffer.concat(this.#body);
    this.#body = [];
    return this.#head.status < 300 ? this.#wholeAnswer(body) : [errorFrame(this.#head, body)];
  }

  #read(bytes: Buffer): string[] {
    if (!this.#head.isStream) {
      // The chunk's memory is used again.
      this.#body.push(Buffer.from(bytes));
      this.#bodyBytes += bytes.length;
      return [];
    }
    const { state, events } = readSse(this.#sse, this.#decoder.decode(bytes, { stream: true }));
    this.#sse = state;
    return events.flatMap((event) => this.#passed(event));
  }

  #passed({ event, data }: SseEvent): string[] {
    if (!data.startsWith('{')) return [];
    if (!noteworthy.test(data)) return [data];
    const json = Buffer.from(data);
    const members = membersOf(json) ?? [];
    const placeOf = (key: string) => members.find((member) => member.key === key)?.value ?? null;
    switch (textOf(json, placeOf('type')) ?? (placeOf('error') ? '"error"' : event)) {
      case '"response.output_item.done"': {
        const item = placeOf('item');
        const index = Number(textOf(json, placeOf('output_index')) ?? this.#items.size);
        if (item) this.#addItem(index, json, item);
        return [data];
      }
      case '"response.completed"':
      case '"response.incomplete"':
        this.#isOver = true;
        this.#readResponse(json, placeOf('response'));
        return [data];
      case '"response.failed"':
        this.#isOver = true;
        return [data];
      case '"error"':
      case 'error':
        this.#isOver = true;
        return [statedError(data)];
      default:
        return [data];
    }
  }

  #addItem(index: number, event: Buffer, { start, end }: Place): void {
    // The item is a part of its event.
    this.#itemBytes += event.length + overheadBytes;
    if (this.#itemBytes <= this.#limitBytes) this.#items.set(index, event.subarray(start, end));
  }

  /** Notes the answer's id, and its output if no event contained it. */
  #readResponse(json: Buffer, response: Place | null): Buffer[] {
    const members = (response && membersOf(json, response.start)) ?? [];
    const placeOf = (key: string) => members.find((member) => member.key === key)?.value ?? null;
    const output = placeOf('output');
    const places = (output && itemsOf(json, output.start)) ?? [];
    const items = places.map(({ start, end }) => json.subarray(start, end));
    if (this.#items.size === 0) {
      this.#items = new Map(items.entries());
      this.#itemBytes += json.length + items.length * overheadBytes;
    }
    const id = asText(textOf(json, placeOf('id')));
    this.#id = id !== null && id.length <= longestId ? id : null;
    return items;
  }

  #wholeAnswer(body: Buffer): string[] {
    const members = membersOf(body);
    if (!members) return [errorFrame({ ...this.#head, status: 502 }, body)];
    const status = members.find(({ key }) => key === 'status')?.value ?? null;
    const items = this.#readResponse(body, { start: 0, end: body.length });
    const done = items.map(
      (item, at) =>
        `{"type":"response.output_item.done","sequence_number":${at},"output_index":${at},"item":${item}}`,
    );
    const type = endTypes[textOf(body, status) ?? ''] ?? 'response.completed';
    if (type === 'response.failed') this.#id = null;
    return [...done, `{"type":"${type}","sequence_number":${items.length},"response":${body}}`];
  }
}

const noEnd = {
  code: 'upstream_interrupted',
  message: 'the channel ended its answer without saying so',
};

const noteworthy = /"response\.(?:output_item\.done|completed|incomplete|failed)"|"error"/;
const endTypes: Partial<Record<string, string>> = {
  '"incomplete"': 'response.incomplete',
  '"failed"': 'response.failed',
};

function textOf(json: Buffer, place: Place | null): string | null {
  return place && json.toString('utf8', place.start, place.end);
}

function asText(json: string | null): string | null {
  if (json === null || !json.startsWith('"')) return null;
  try {
    return String(JSON.parse(json));
  } catch {
    return null;
  }
}

const shownLength = 500;

/** The `error` event for an answer with an error status. */
function errorFrame({ status, headers }: AnswerHead, body: Buffer): string {
  const place = membersOf(body)?.find(({ key }) => key === 'error')?.value;
  const given = place ? body.toString('utf8', place.start, place.end) : '';
  const message = asText(given) ?? body.toString('utf8', 0, shownLength);
  const error = given.startsWith('{')
    ? given
    : JSON.stringify({ message, type: 'server_error', param: null, code: null });
  const sent = Object.keys(headers).length > 0 ? `,"headers":${JSON.stringify(headers)}` : '';
  return `{"type":"error","status":${status},"error":${error}${sent}}`;
}

const statusByCode: Partial<Record<string, number>> = {
  upstream_interrupted: 502,
  rate_limit_exceeded: 429,
  server_is_overloaded: 503,
  insufficient_quota: 429,
};

/**
 * The `error` event for an error in a stream, which may have no status, be flat, or be nothing but the error.
 * Codex goes on waiting after an error without a status.
 */
function statedError(data: string): string {
  const event: unknown = parsed(data);
  if (typeof event !== 'object' || event === null) return data;
  const { type: given, status, error, ...flat } = { ...event } as FlatError;
  if (given === 'error' && typeof status === 'number' && error) return data;
  const { code = null, message = null, param = null } = { ...flat, ...Object(error) } as FlatError;
  const type = code === 'rate_limit_exceeded' ? 'rate_limit_error' : 'server_error';
  return JSON.stringify({
    ...event,
    type: 'error',
    status: status ?? statusByCode[String(code)] ?? 500,
    error: error ?? { message, type, param, code },
  });
}

interface FlatError {
  type?: unknown;
  code?: unknown;
  message?: unknown;
  param?: unknown;
  status?: unknown;
  error?: unknown;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
