import type { WebSocket } from 'ws';
import { errorBody, type GatewayError } from '../../dialects/gateway-error.ts';

/** What a client may leave unread of them. */
const unreadLimitBytes = 1024 * 1024;
/** What a small frame takes beside its bytes, about. */
const overheadBytes = 512;

/** What the gateway itself says to a client: errors and pongs. A client that doesn't read them is cut off. */
export class OwnReplies {
  readonly #webSocket: WebSocket;
  readonly #newRequestId: () => string;
  #unreadBytes = 0;

  constructor(webSocket: WebSocket, newRequestId: () => string) {
    this.#webSocket = webSocket;
    this.#newRequestId = newRequestId;
  }

  send(event: string): void {
    this.#count(event.length, (onSent) => this.#webSocket.send(event, onSent));
  }

  sendError(error: GatewayError, streamId: string | null): void {
    const requestId = this.#newRequestId();
    const { status, retryAfterS } = error;
    const lane = streamId === null ? {} : { stream_id: streamId };
    const headers =
      retryAfterS === undefined ? {} : { headers: { 'retry-after': String(retryAfterS) } };
    const body = errorBody('openai', error, requestId);
    this.send(JSON.stringify({ ...lane, type: 'error', status, ...body, ...headers }));
  }

  pong(payload: Buffer): void {
    this.#count(payload.length, (onSent) => this.#webSocket.pong(payload, undefined, onSent));
  }

  #count(length: number, send: (onSent: () => void) => void): void {
    if (this.#webSocket.readyState !== this.#webSocket.OPEN) return;
    const bytes = length + overheadBytes;
    this.#unreadBytes += bytes;
    send(() => {
      this.#unreadBytes -= bytes;
    });
    if (this.#unreadBytes > unreadLimitBytes) this.#webSocket.terminate();
  }
}
