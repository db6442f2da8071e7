import { AnswerFault } from './answer-fault.ts';
import { ChunkReader } from './chunk-reader.ts';
import { type AnswerHead, parseAnswerHead } from './parse-answer-head.ts';

/** Told of an answer as its bytes are read. */
export interface AnswerSink {
  /** See AnswerHandler. */
  onHead(status: number, headers: string[], bodyLength: number | null): void;
  /** The bytes stand in the connection's own buffer: they hold until the call returns. */
  onBytes(bytes: Buffer): void;
}

type State = 'head' | 'counted' | 'chunked' | 'until-close' | 'done';

const headEnd = Buffer.from('\r\n\r\n');
const noBytes: Buffer = Buffer.alloc(0);
const headLimitBytes = 32 * 1024;
const interimLimit = 16;

/**
 * Reads HTTP/1.1 answers off one connection, one after the other (RFC 9112). What one read brought of
 * a body is told at once: chunks are moved together within the buffer that they came in.
 */
export class AnswerParser {
  #state: State = 'head';
  /** The start of a head or of a chunk's line, which the next read completes. */
  #carried: Buffer = noBytes;
  #left = 0;
  readonly #chunks = new ChunkReader();
  #interims = 0;
  #mayStayOpen = false;
  /** Seconds that the server keeps an idle connection, where it says so. */
  keepAliveS: number | null = null;

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Whether the connection may carry another request. */
  get mayStayOpen(): boolean {
    return this.#mayStayOpen && this.isDone;
  }

  /** Makes ready for the next answer. */
  reset(): void {
    this.#state = 'head';
    this.#interims = 0;
  }

  /** Takes what one read brought, and may overwrite it. Throws AnswerFault where it is no answer. */
  take(read: Buffer, sink: AnswerSink): void {
    const bytes = this.#carried.length > 0 ? Buffer.concat([this.#carried, read]) : read;
    this.#carried = noBytes;
    let at = 0;
    while (this.#state === 'head' && at < bytes.length) at = this.#takeHead(bytes, at, sink);
    if (at < bytes.length) at = this.#takeBody(bytes, at, sink);
    // Nobody asked for more than the answer.
    if (this.isDone && at < bytes.length) this.#mayStayOpen = false;
  }

  /** The connection was closed: the end of an answer that names no other, else an AnswerFault. */
  close(): void {
    if (this.#state === 'until-close') this.#state = 'done';
    if (!this.isDone) throw new AnswerFault('ANSWER_CUT');
  }

  #takeHead(bytes: Buffer, at: number, sink: AnswerSink): number {
    const end = bytes.indexOf(headEnd, at);
    const length = (end < 0 ? bytes.length : end) - at;
    if (length > headLimitBytes) throw new AnswerFault('ANSWER_HEADERS_OVERFLOW');
    if (end < 0) {
      this.#carried = Buffer.from(bytes.subarray(at));
      return bytes.length;
    }
    const head = parseAnswerHead(bytes.toString('latin1', at, end));
    if (head.status < 200) this.#passInterim(head);
    else {
      this.#frame(head);
      sink.onHead(head.status, head.headers, head.bodyLength);
    }
    return end + headEnd.length;
  }

  /** 1xx: the answer itself is still to come; nobody asked for another protocol. */
  #passInterim({ status }: AnswerHead): void {
    this.#interims += 1;
    if (status === 101 || this.#interims > interimLimit) throw new AnswerFault('INVALID_ANSWER');
  }

  #frame({ bodyLength, isChunked, mayStayOpen, keepAliveS }: AnswerHead): void {
    this.#mayStayOpen = mayStayOpen;
    this.keepAliveS = keepAliveS;
    this.#left = bodyLength ?? 0;
    if (bodyLength === 0) this.#state = 'done';
    else if (bodyLength !== null) this.#state = 'counted';
    else {
      this.#state = isChunked ? 'chunked' : 'until-close';
      this.#chunks.reset();
    }
  }

  /** Returns up to where the bytes are used. */
  #takeBody(bytes: Buffer, at: number, sink: AnswerSink): number {
    switch (this.#state) {
      case 'counted': {
        const end = Math.min(bytes.length, at + this.#left);
        this.#left -= end - at;
        if (this.#left === 0) this.#state = 'done';
        sink.onBytes(bytes.subarray(at, end));
        return end;
      }
      case 'chunked':
        return this.#takeChunks(bytes, at, sink);
      case 'until-close':
        sink.onBytes(bytes.subarray(at));
        return bytes.length;
      default:
        return at;
    }
  }

  #takeChunks(bytes: Buffer, at: number, sink: AnswerSink): number {
    const dataEnd = this.#chunks.take(bytes, at);
    const { usedTo, isDone } = this.#chunks;
    if (isDone) this.#state = 'done';
    else if (usedTo < bytes.length) this.#carried = Buffer.from(bytes.subarray(usedTo));
    if (dataEnd > at) sink.onBytes(bytes.subarray(at, dataEnd));
    return isDone ? usedTo : bytes.length;
  }
}
