import type { OutgoingHttpHeaders } from 'node:http';
import type { ClientResponse } from '../../forward/client-response.ts';
import type { BodyBudget } from '../../request/body/read-request-body.ts';
import { endOfString, quote } from '../../request/json-bytes.ts';

/** Ten thousand files, OpenAI's longest list, fit in. */
const limitBytes = 4 * 1024 ** 2;
/** Parsed JSON may take more, but not with as few values as are allowed. */
const parsedFactor = 10;

/**
 * Takes an answer that must be read as a whole before the client gets it, because other keys' objects are
 * taken out, or addresses in it changed. After `release`, which the caller owes, it takes the next page of a
 * list; the limit holds for all pages together.
 */
export class CollectedResponse implements ClientResponse {
  readonly #client: ClientResponse;
  readonly #budget: BodyBudget;
  #onClose: (() => void)[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  #released = 0;
  headersSent = false;
  /** The whole answer has come. */
  isWhole = false;
  isTooLong = false;
  isLate = false;
  status = 0;
  /** Alternating names and values. */
  headers: string[] = [];
  readonly writableLength = 0;
  readonly req = { socket: { resetAndDestroy: () => {} } };

  constructor(client: ClientResponse, budget: BodyBudget) {
    this.#client = client;
    this.#budget = budget;
    client.on('close', this.#close);
  }

  get destroyed(): boolean {
    return this.isTooLong || this.isLate || this.#client.destroyed;
  }

  get body(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  writeHead(status: number, headers: string[] | OutgoingHttpHeaders): void {
    this.headersSent = true;
    this.status = status;
    this.headers = Array.isArray(headers) ? headers : [];
  }

  flushHeaders(): void {}

  write(bytes: Buffer): boolean {
    if (this.destroyed) return true;
    const total = this.#released + this.#size + bytes.length;
    if (total > limitBytes || !this.#budget.take(bytes.length)) {
      this.isTooLong = true;
      this.#close();
      return true;
    }
    this.#size += bytes.length;
    this.#chunks.push(bytes);
    return true;
  }

  end(bytes: Buffer | string | null, encoding?: 'latin1'): void {
    if (bytes !== null) this.write(Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes, encoding));
    this.isWhole = !this.isTooLong;
  }

  destroy(): void {
    this.#client.destroy();
  }

  /** Takes no more of an answer that takes too long. */
  giveUp = (): void => {
    this.isLate = true;
    this.#close();
  };

  /** What the body says; undefined if it isn't JSON, or would take too much memory. */
  json(): unknown {
    const { body } = this;
    const parsedBytes = parsedFactor * body.length;
    if (hasTooManyValues(body) || !this.#budget.take(parsedBytes)) return undefined;
    try {
      return JSON.parse(body.toString());
    } catch {
      return undefined;
    } finally {
      this.#budget.give(parsedBytes);
    }
  }

  /** Gives its memory back. */
  release(): void {
    this.#budget.give(this.#size);
    this.#released += this.#size;
    this.#size = 0;
    this.#chunks = [];
    this.#onClose = [];
    [this.headersSent, this.isWhole, this.status, this.headers] = [false, false, 0, []];
  }

  on(_event: 'close', listener: () => void): void {
    this.#onClose.push(listener);
  }

  /** `drain` never comes, because it takes everything at once. */
  once(event: 'close' | 'drain', listener: () => void): void {
    if (event === 'close') this.#onClose.push(listener);
  }

  #close = (): void => {
    for (const listener of this.#onClose.splice(0)) listener();
  };
}

/** Ten thousand entries, each with lists and objects of its own. */
const openingLimit = 50_000;
const commaLimit = 250_000;
/** No answer nests as deep, and a parser's stack has an end. */
const depthLimit = 100;

/**
 * Whether a channel's JSON would take far more memory than its bytes: millions of empty objects, or of keys.
 * Counts outside strings, without parsing.
 */
function hasTooManyValues(body: Buffer): boolean {
  let [openings, commas, depth] = [0, 0, 0];
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at];
    if (byte === quote) {
      const end = endOfString(body, at + 1);
      if (end < 0) return false;
      at = end;
    } else if (byte === 0x2c) commas += 1;
    else if (byte === 0x5b || byte === 0x7b) {
      openings += 1;
      depth += 1;
    } else if (byte === 0x5d || byte === 0x7d) depth -= 1;
    if (openings > openingLimit || commas > commaLimit || depth > depthLimit) return true;
  }
  return false;
}
