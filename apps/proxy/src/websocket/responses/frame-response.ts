import { EventEmitter, once } from 'node:events';
import type { OutgoingHttpHeaders } from 'node:http';
import type { WebSocket } from 'ws';
import { harmless } from '../../forward/answer-headers.ts';
import type { ClientResponse } from '../../forward/client-response.ts';
import { AnswerEvents, type AnswerLimits, type SeenAnswer } from './answer-events.ts';

interface Options extends AnswerLimits {
  socket: WebSocket;
  /** Repeated in every event. */
  streamId: string | null;
}

/** What may wait for the client before the channel is paused. */
const highWaterBytes = 64 * 1024;

const cutOff = errorOf(502, 'upstream_interrupted', 'the channel broke off within its answer');
const faults = {
  too_long: errorOf(
    502,
    'upstream_interrupted',
    "the channel's answer has an event that is too long",
  ),
  no_room: errorOf(503, 'overloaded', 'no memory left for this answer; try again soon'),
};

/** Writes an answer to a WebSocket, as one text frame for each of its events. */
export class FrameResponse
  extends EventEmitter<{ close: []; drain: [] }>
  implements ClientResponse
{
  readonly #socket: WebSocket;
  readonly #prefix: string;
  readonly #limits: AnswerLimits;
  #events: AnswerEvents | null = null;
  #isEnded = false;
  /** Frames that haven't been handed to the system. */
  #unsent = 0;
  #isDrainDue = false;
  destroyed = false;
  readonly req = { socket: { resetAndDestroy: () => this.#fail(cutOff) } };

  constructor({ socket, streamId, ...limits }: Options) {
    super();
    this.#socket = socket;
    this.#limits = limits;
    this.#prefix = streamId === null ? '' : `{"stream_id":${JSON.stringify(streamId)},`;
  }

  get headersSent(): boolean {
    return this.#events !== null;
  }

  get writableLength(): number {
    return this.#unsent === 0 ? 0 : this.#socket.bufferedAmount;
  }

  get seen(): SeenAnswer {
    return this.#events?.seen ?? { id: null, items: [] };
  }

  writeHead(status: number, headers: string[] | OutgoingHttpHeaders): void {
    const all = namedHeaders(headers);
    const isStream = status < 300 && (all['content-type']?.includes('event-stream') ?? false);
    const head = { status, isStream, headers: status < 300 ? {} : shown(all) };
    this.#events = new AnswerEvents(head, this.#limits);
  }

  /** Frames have no head. */
  flushHeaders(): void {}

  write(bytes: Buffer): boolean {
    this.#take(bytes);
    // What waits may be from before this answer; then nothing would tell when it has been sent.
    this.#isDrainDue = this.#unsent > 0 && this.#socket.bufferedAmount > highWaterBytes;
    return !this.#isDrainDue;
  }

  end(last: Buffer | string | null, encoding: 'latin1' = 'latin1'): void {
    if (this.#isEnded) return;
    const bytes = typeof last === 'string' ? Buffer.from(last, encoding) : last;
    if (bytes) this.#take(bytes);
    if (this.#isEnded) return;
    this.#pass(this.#events?.end() ?? []);
    this.#isEnded = true;
    if (this.#unsent === 0) this.#close();
  }

  /** The client doesn't read: nothing else could be sent to it either. */
  destroy(): void {
    this.#socket.terminate();
    this.#close();
  }

  /** The client has left. */
  leave(): void {
    this.#close();
  }

  /** Waits until the client has been sent all of it, or has left. */
  async sent(): Promise<void> {
    if (!this.destroyed) await once(this, 'close');
  }

  /** Nobody needs what was seen of the answer any more. */
  release(): void {
    this.#events?.release();
  }

  #take(bytes: Buffer): void {
    this.#pass(this.#events?.take(bytes) ?? []);
    const fault = this.#events?.fault;
    if (fault) this.#fail(faults[fault]);
  }

  /** Ends the answer with an error, which is an event. */
  #fail(error: string): void {
    if (this.destroyed) return;
    this.#pass([error]);
    this.#isEnded = true;
    this.#close();
  }

  #pass(events: readonly string[]): void {
    for (const event of events) {
      if (this.destroyed || this.#isEnded) return;
      this.#unsent += 1;
      this.#socket.send(this.#prefix ? this.#prefix + event.slice(1) : event, this.#onSent);
    }
  }

  #onSent = (): void => {
    this.#unsent -= 1;
    const isLow = this.#unsent === 0 || this.#socket.bufferedAmount <= highWaterBytes / 2;
    if (this.#isDrainDue && isLow) {
      this.#isDrainDue = false;
      this.emit('drain');
    }
    if (this.#isEnded && this.#unsent === 0) this.#close();
  };

  #close(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('close');
  }
}

function errorOf(status: number, code: string, message: string): string {
  const error = { message, type: 'server_error', param: null, code };
  return JSON.stringify({ type: 'error', status, error });
}

function namedHeaders(headers: string[] | OutgoingHttpHeaders): Record<string, string> {
  if (!Array.isArray(headers)) {
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value)]),
    );
  }
  const named: Record<string, string> = {};
  for (let at = 0; at + 1 < headers.length; at += 2)
    named[headers[at] ?? ''] = headers[at + 1] ?? '';
  return named;
}

const ofHttp = new Set([...Object.keys(harmless), 'content-type', 'content-length', 'connection']);

function shown(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofHttp.has(name)));
}
