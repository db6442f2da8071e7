import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket } from 'node:net';

/**
 * undici's diagnostics channel that announces each request's head with its socket, before it is written.
 * Source: https://undici.nodejs.org/#/docs/api/DiagnosticsChannel
 */
const sendHeaders = 'undici:client:sendHeaders';

const statusLength = 'HTTP/1.1 100'.length;
const statusAt = 'HTTP/1.1 '.length;
const digitOne = 0x31;
const headEnd = '\r\n\r\n';

/** Looks at the bytes of each connection before undici does. */
export interface InterimAnswers {
  /** Takes bytes that a connection received, and may change them. */
  take(socket: Socket, bytes: Buffer): void;
  close(): void;
}

/**
 * Makes undici pass over an unasked `100 Continue` (RFC 9110, 15.2), for which it closes the connection:
 * the status is changed to 102, over which it passes.
 */
export function createInterimAnswers(): InterimAnswers {
  const heads = new WeakMap<Socket, AwaitedHead>();
  const onRequest = (message: unknown) => {
    const socket = socketOf(message);
    if (!socket) return;
    const known = heads.get(socket);
    if (known) known.begin();
    else heads.set(socket, new AwaitedHead());
  };
  subscribe(sendHeaders, onRequest);
  return {
    take: (socket, bytes) => heads.get(socket)?.take(bytes),
    close: () => void unsubscribe(sendHeaders, onRequest),
  };
}

function socketOf(message: unknown): Socket | null {
  const isSent = typeof message === 'object' && message !== null && 'socket' in message;
  return isSent && message.socket instanceof Socket ? message.socket : null;
}

/** Follows the interim answers to each request up to its final answer, which it leaves alone. */
class AwaitedHead {
  #status = '';
  /** How much of the end of an interim answer has come; null while its status hasn't. */
  #matched: number | null = null;
  #isFinal = false;

  /** The next request was sent: its answer has its own head. */
  begin(): void {
    this.#status = '';
    this.#matched = null;
    this.#isFinal = false;
  }

  take(bytes: Buffer): void {
    if (this.#isFinal) return;
    const isAtStart = this.#status === '' && this.#matched === null;
    // Nearly every answer is final and comes with its whole status.
    if (isAtStart && bytes.length >= statusLength && bytes[statusAt] !== digitOne) {
      this.#isFinal = true;
      return;
    }
    for (let at = 0; at < bytes.length && !this.#isFinal; at += 1) {
      const letter = String.fromCharCode(bytes[at] ?? 0);
      if (this.#matched !== null) this.#skip(letter);
      else if (this.#readStatus(letter)) bytes[at] = '2'.charCodeAt(0);
    }
  }

  #skip(letter: string): void {
    const matched = this.#matched ?? 0;
    if (letter === headEnd[matched]) this.#matched = matched + 1;
    else this.#matched = letter === '\r' ? 1 : 0;
    if (this.#matched === headEnd.length) this.#matched = null;
  }

  /** Returns whether this letter is the last digit of a 100. */
  #readStatus(letter: string): boolean {
    this.#status += letter;
    if (this.#status.length < statusLength) return false;
    const status = /^HTTP\/1\.\d (1\d\d)$/.exec(this.#status)?.[1];
    this.#status = '';
    if (status === undefined || status === '101') this.#isFinal = true;
    else this.#matched = 0;
    return status === '100';
  }
}
