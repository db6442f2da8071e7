import type { AnswerHandler, AnswerSource } from './answer-handler.ts';
import { headerOf } from './header-of.ts';
import { redirectLimit, redirectPath } from './redirect-path.ts';

interface Asked {
  origin: string;
  /** With the base URL's own path. */
  path: string;
  /** Sends the same request to another path of the origin; its answer goes to the same handler. */
  sendAgain: (path: string, handler: AnswerHandler) => void;
}

/** The body of a redirect is read up to here, so that its connection can carry the next request. */
const unreadLimitBytes = 64 * 1024;

/** Follows redirects within the channel's origin, and passes the answer at their end to a handler. */
export class FollowedAnswer implements AnswerHandler, AnswerSource {
  readonly #handler: AnswerHandler;
  /** Null once the answer has begun: it refers to the request's body, which isn't needed any more. */
  #asked: Asked | null;
  #source: AnswerSource | null = null;
  #redirects = 0;
  /** The path to ask when the redirect's own body has ended; null while the answer passes on. */
  #nextPath: string | null = null;
  #unread = 0;

  constructor(handler: AnswerHandler, asked: Asked) {
    this.#handler = handler;
    this.#asked = { ...asked };
  }

  get isOver(): boolean {
    return this.#handler.isOver;
  }

  onSent(source: AnswerSource): void {
    this.#source = source;
    this.#handler.onSent(this);
  }

  onHead(status: number, headers: string[], bodyLength: number | null): void {
    const next =
      this.#asked && status >= 300 && status < 400 && this.#redirects < redirectLimit
        ? redirectPath(status, headerOf(headers, 'location'), { ...this.#asked, method: 'POST' })
        : null;
    if (next === null) {
      this.#asked = null;
      this.#handler.onHead(status, headers, bodyLength);
      return;
    }
    this.#redirects += 1;
    this.#unread = 0;
    this.#nextPath = next;
  }

  onBytes(bytes: Buffer): void {
    if (this.#nextPath === null) {
      this.#handler.onBytes(bytes);
      return;
    }
    this.#unread += bytes.length;
    if (this.#unread <= unreadLimitBytes) return;
    this.#source?.abort(this);
    this.#follow(this.#nextPath);
  }

  onRead(): void {
    if (this.#nextPath === null) this.#handler.onRead();
  }

  onEnd(): void {
    if (this.#nextPath === null) this.#handler.onEnd();
    else this.#follow(this.#nextPath);
  }

  onFault(error: Error, isStale: boolean): void {
    if (this.#nextPath === null) this.#handler.onFault(error, isStale);
    else this.#follow(this.#nextPath);
  }

  pause(): void {
    this.#source?.pause(this);
  }

  resume(): void {
    this.#source?.resume(this);
  }

  abort(): void {
    this.#source?.abort(this);
  }

  #follow(path: string): void {
    this.#nextPath = null;
    this.#source = null;
    if (!this.#asked) return;
    this.#asked.path = path;
    if (!this.isOver) this.#asked.sendAgain(path, this);
  }
}
