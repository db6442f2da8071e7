import type { Socket } from 'node:net';
import { AnswerFault } from './answer-fault.ts';
import type { AnswerHandler, AnswerSource } from './answer-handler.ts';
import { AnswerParser } from './answer-parser.ts';

/** What becomes of a connection; its pool listens. */
export interface ConnectionOwner {
  /** Its answer has ended, and it may carry another request. */
  onFree(connection: ChannelConnection): void;
  onClosed(connection: ChannelConnection): void;
}

/** A request's body in consecutive pieces; large ones aren't copied. */
export interface OutgoingBody {
  pieces: readonly Buffer[];
  /** Called when sending begins; the returned function is called when the bytes are no longer needed. */
  hold(): () => void;
}

/** What is shorter goes out in one piece: a copy costs less than a second buffer. */
const joinedBytes = 16 * 1024;
const sliceBytes = 256 * 1024;

/** A connection to a channel: one request at a time, HTTP/1.1, never pipelined. */
export class ChannelConnection implements AnswerSource {
  readonly #socket: Socket;
  readonly #owner: ConnectionOwner;
  readonly #parser = new AnswerParser();
  #handler: AnswerHandler | null = null;
  #error: Error | null = null;
  #wasUsed = false;
  #hasAnswerBegun = false;
  #isPaused = false;
  /** More of its request is still to be written. */
  #isSending = false;
  /** By the pool's clock: until when it may wait for its next request; 0 while it doesn't wait. */
  idleUntilMs = 0;

  constructor(socket: Socket, owner: ConnectionOwner) {
    this.#socket = socket;
    this.#owner = owner;
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', this.#onClose);
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed && this.#socket.writable;
  }

  /** How long the server keeps it idle, where it says so. */
  get keepAliveS(): number | null {
    return this.#parser.keepAliveS;
  }

  /** `head` ends in its blank line. */
  send(head: string, body: OutgoingBody, handler: AnswerHandler): void {
    this.#handler = handler;
    this.#hasAnswerBegun = false;
    this.#parser.reset();
    const { pieces } = body;
    const size = pieces.reduce((sum, piece) => sum + piece.length, head.length);
    if (size <= joinedBytes) this.#socket.write(joined(head, pieces, size));
    else {
      this.#socket.cork();
      this.#socket.write(head, 'latin1');
      this.#sendSlices(pieces, body.hold());
      this.#socket.uncork();
    }
    handler.onSent(this);
  }

  /**
   * Writes each slice when the one before it has been sent: TLS encrypts everything that is written to it
   * at once, so a whole body would be held twice.
   */
  #sendSlices(pieces: readonly Buffer[], letGo: () => void): void {
    const slices = slicesOf(pieces);
    const writeNext = (error?: Error | null) => {
      const slice = error ? null : slices.next().value;
      this.#isSending = slice != null;
      if (slice) this.#socket.write(slice, writeNext);
      else letGo();
    };
    writeNext();
  }

  /** Takes what was read; the bytes are overwritten by the next read of any connection. */
  read(bytes: Buffer): void {
    const handler = this.#handler;
    if (!handler) {
      // Nothing was asked: whatever it says, it is the end of what it may be used for.
      this.#socket.destroy();
      return;
    }
    this.#hasAnswerBegun = true;
    try {
      this.#parser.take(bytes, handler);
    } catch (error) {
      if (!(error instanceof AnswerFault)) throw error;
      this.#fail(error);
      return;
    }
    if (this.#handler !== handler) return;
    if (this.#parser.isDone) this.#end(handler);
    else handler.onRead();
  }

  pause(by: AnswerHandler): void {
    if (this.#handler !== by) return;
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(by: AnswerHandler): void {
    if (this.#handler === by) this.#flow();
  }

  abort(by: AnswerHandler): void {
    if (this.#handler === by) this.destroy();
  }

  /** Closes it at once; whoever waits for an answer is told of nothing. */
  destroy(): void {
    this.#handler = null;
    this.#socket.destroy();
  }

  #end(handler: AnswerHandler): void {
    this.#handler = null;
    this.#wasUsed = true;
    this.#flow();
    // In the turn that brings an answer, the end of a large write may not have been told yet.
    if (this.#parser.mayStayOpen && !this.#hasSent()) setImmediate(this.#release);
    else this.#release();
    handler.onEnd();
  }

  /** An answer that came before its request had left ends the connection too. */
  #release = (): void => {
    const isFree = this.#parser.mayStayOpen && this.#hasSent();
    if (isFree && this.isOpen) this.#owner.onFree(this);
    else this.#socket.destroy();
  };

  #hasSent(): boolean {
    return !this.#isSending && this.#socket.writableLength === 0;
  }

  #flow(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  #fail(error: Error): void {
    const handler = this.#handler;
    this.destroy();
    handler?.onFault(error, false);
  }

  #onClose = (): void => {
    this.#owner.onClosed(this);
    const handler = this.#handler;
    if (!handler) return;
    this.#handler = null;
    try {
      if (this.#error) throw this.#error;
      this.#parser.close();
    } catch (error) {
      const isStale = this.#wasUsed && !this.#hasAnswerBegun;
      handler.onFault(error instanceof Error ? error : new AnswerFault('ANSWER_CUT'), isStale);
      return;
    }
    handler.onEnd();
  };
}

function* slicesOf(pieces: readonly Buffer[]): Generator<Buffer, null> {
  for (const piece of pieces) {
    for (let at = 0; at < piece.length; at += sliceBytes) yield piece.subarray(at, at + sliceBytes);
  }
  return null;
}

function joined(head: string, pieces: readonly Buffer[], size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let at = bytes.write(head, 0, 'latin1');
  for (const piece of pieces) at += piece.copy(bytes, at);
  return bytes;
}
