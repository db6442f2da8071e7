import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** How much of a request a client may still send after its answer. */
export interface DrainLimits {
  bytes: number;
  ms: number;
}

/**
 * Reads and drops the rest of a request once its answer has gone out. Otherwise Node stops reading the
 * connection, and the next request on it is never read. Beyond the limits the connection is closed. An
 * answer with `Connection: close` closes it only after the rest: closing with bytes unread resets it,
 * and the client may lose the answer (RFC 9112, 9.6).
 */
export function drainWhenAnswered(
  request: IncomingMessage,
  response: ServerResponse,
  limits: DrainLimits,
): void {
  // Before Node's own listener, which would read without a limit or close at once.
  response.prependOnceListener('finish', () => {
    const { socket } = response;
    if (request.complete || !socket || socket.destroyed) return;
    // A destroyed request takes no more bytes from its connection.
    if (request.destroyed) socket.destroy();
    else drain(request, socket, limits);
  });
}

function drain(request: IncomingMessage, socket: Socket, limits: DrainLimits): void {
  let left = limits.bytes;
  let isLast = false;
  const close = () => void socket.destroy();
  const timer = setTimeout(close, limits.ms);
  const stop = () => {
    clearTimeout(timer);
    socket.off('close', stop);
    Reflect.deleteProperty(socket, 'destroySoon');
  };
  socket.once('close', stop);
  socket.destroySoon = () => {
    isLast = true;
    socket.end();
  };
  request.unpipe();
  // A web stream over it that isn't read would pause it at every chunk.
  for (const event of ['data', 'readable']) request.removeAllListeners(event);
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    if (left < 0) close();
  });
  request.once('end', () => {
    stop();
    if (isLast) socket.destroySoon();
  });
  request.resume();
}
