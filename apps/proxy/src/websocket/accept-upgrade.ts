import type { IncomingMessage, ServerResponse } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { harmless } from '../forward/answer-headers.ts';

export interface Upgrade {
  request: IncomingMessage;
  response: ServerResponse;
  /** What came right behind the request. */
  head: Buffer;
}

interface Options {
  requestId: string;
  /** The protocol to agree on; null if there is none. */
  protocol: string | null;
  maxPayload: number;
}

/** How long a peer may take to answer a close. */
export const closeTimeoutMs = 2_000;

/** Whether the request is a WebSocket's handshake (RFC 6455, 4.2.1), without a body. */
export function isHandshake({ method, headers }: IncomingMessage): boolean {
  const { upgrade = '', 'sec-websocket-key': key = '' } = headers;
  const hasBody =
    headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const isAsked = method === 'GET' && upgrade.toLowerCase() === 'websocket' && !hasBody;
  return isAsked && handshakeKey.test(key) && headers['sec-websocket-version'] === '13';
}

const handshakeKey = /^[+/0-9A-Za-z]{22}==$/;

/** Opens the WebSocket that a valid handshake asks for; null if the client has left meanwhile. */
export function acceptUpgrade(
  { request, response, head }: Upgrade,
  { requestId, protocol, maxPayload }: Options,
): WebSocket | null {
  const { socket } = request;
  if (socket.destroyed || !socket.writable) return null;
  response.detachSocket(socket);
  const server = new WebSocketServer({
    ...{ noServer: true, clientTracking: false, perMessageDeflate: false, maxPayload },
    // Frames that arrive together must not starve other connections.
    ...{ allowSynchronousEvents: false, closeTimeout: closeTimeoutMs },
    // `ws` would answer pings of a client that reads nothing.
    autoPong: false,
    handleProtocols: () => protocol ?? false,
  });
  server.on('headers', (headers) => {
    const added = { ...harmless, 'x-request-id': requestId, 'request-id': requestId };
    for (const [name, value] of Object.entries(added)) headers.push(`${name}: ${value}`);
  });
  let opened: WebSocket | null = null;
  server.handleUpgrade(request, socket, head, (webSocket) => {
    opened = webSocket;
  });
  return opened;
}
