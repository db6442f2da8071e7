import type { UpstreamRequest } from '@api-monitor/core';
import {
  type AnswerHandler,
  type AnswerHeaders,
  type AnswerSource,
  headerOf,
} from './answer-handler.ts';

interface Asked {
  method: UpstreamRequest['method'];
  origin: string;
  /** With the base URL's own path. */
  path: string;
  /** Sends the same request to another path of the origin; the answer goes to the handler. */
  send: (path: string, handler: AnswerHandler) => AnswerSource;
}

const redirectLimit = 3;
/** The body of a redirect is read up to here, so that its connection can carry the next request. */
const unreadLimitBytes = 64 * 1024;

/** Follows redirects within the target's origin, and passes the answer at their end to a handler. */
export class FollowedAnswer implements AnswerHandler, AnswerSource {
  readonly #handler: AnswerHandler;
  /** Null once the answer has begun: it refers to the request's body, which isn't needed any more. */
  #asked: Asked | null;
  #source: AnswerSource;
  #redirects = 0;
  /** The path to ask when the redirect's own body has ended; null while the answer passes on. */
  #nextPath: string | null = null;
  #unread = 0;
  #isAborted = false;

  /** Sends the request. */
  constructor(handler: AnswerHandler, asked: Asked) {
    this.#handler = handler;
    this.#asked = { ...asked };
    this.#source = asked.send(asked.path, this);
  }

  onHead(status: number, headers: AnswerHeaders): void {
    const next =
      this.#asked && this.#redirects < redirectLimit
        ? redirectPath(status, headerOf(headers, 'location'), this.#asked)
        : null;
    if (next === null) {
      this.#asked = null;
      this.#handler.onHead(status, headers);
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
    this.#source.abort();
    this.#follow(this.#nextPath);
  }

  onEnd(): void {
    if (this.#nextPath === null) this.#handler.onEnd();
    else this.#follow(this.#nextPath);
  }

  onFault(error: Error): void {
    if (this.#nextPath === null) this.#handler.onFault(error);
    else this.#follow(this.#nextPath);
  }

  pause(): void {
    this.#source.pause();
  }

  resume(): void {
    this.#source.resume();
  }

  abort(): void {
    this.#isAborted = true;
    this.#source.abort();
  }

  /** Sends it when undici has finished with the bytes that it is reading. */
  #follow(path: string): void {
    this.#nextPath = null;
    queueMicrotask(() => {
      if (!this.#asked || this.#isAborted) return;
      this.#asked.path = path;
      this.#source = this.#asked.send(path, this);
    });
  }
}

/**
 * The path to ask next; null if the answer is final. Another origin is never followed, because the key
 * would go there too; a request that changes something is repeated only
 * if RFC 9110 keeps its method (307, 308).
 */
function redirectPath(
  status: number,
  location: string | undefined,
  { method, origin, path }: Asked,
): string | null {
  const keepsMethod = status === 307 || status === 308;
  const isRedirect = keepsMethod || [301, 302, 303].includes(status);
  if (!isRedirect || location === undefined) return null;
  if (method !== 'GET' && !keepsMethod) return null;
  const url = URL.parse(location, origin + path);
  return url && url.origin === origin ? url.pathname + url.search : null;
}
