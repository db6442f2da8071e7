import type { OutgoingHttpHeaders } from 'node:http';
import type { ClientResponse } from '../../forward/client-response.ts';
import type { BodyBudget } from '../../request/body/read-request-body.ts';

/** Ten thousand files, OpenAI's longest list, take a third of it. */
const limitBytes = 16 * 1024 ** 2;

/**
 * Takes an answer that must be read as a whole before the client gets it, because other keys' objects are
 * taken out, or addresses in it changed. The caller releases it.
 */
export class CollectedResponse implements ClientResponse {
  readonly #client: ClientResponse;
  readonly #budget: BodyBudget;
  readonly #onClose: (() => void)[] = [];
  #chunks: Buffer[] = [];
  #size = 0;
  headersSent = false;
  /** The whole answer has come. */
  isWhole = false;
  isTooLong = false;
  status = 0;
  /** Alternating names and values. */
  headers: string[] = [];
  readonly writableLength = 0;
  readonly req = { socket: { resetAndDestroy: () => {} } };

  constructor(client: ClientResponse, budget: BodyBudget) {
    this.#client = client;
    this.#budget = budget;
  }

  get destroyed(): boolean {
    return this.isTooLong || this.#client.destroyed;
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
    if (this.#size + bytes.length > limitBytes || !this.#budget.take(bytes.length)) {
      this.isTooLong = true;
      for (const close of this.#onClose) close();
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

  /** Gives its memory back. */
  release(): void {
    this.#budget.give(this.#size);
    this.#size = 0;
    this.#chunks = [];
  }

  on(event: 'close', listener: () => void): void {
    this.#onClose.push(listener);
    this.#client.on(event, listener);
  }

  off(event: 'close', listener: () => void): void {
    this.#client.off(event, listener);
  }

  /** `drain` never comes, because it takes everything at once. */
  once(event: 'close' | 'drain', listener: () => void): void {
    if (event === 'close') this.#client.once(event, listener);
  }
}
