import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Api } from './create-api.ts';

export interface HttpServer {
  /** Where it listens. */
  port: number;
  /** Takes no more requests, lets those under way end, and cuts them after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

// A client that sends its request in drips holds a connection no longer than this; a large upload
// for the gateway over a slow line fits in.
const serverOptions = {
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
};

export interface ServeOptions {
  /** 0: any free one. */
  port: number;
  /** Absent: all interfaces. */
  host?: string | undefined;
  /** Asked first: true where it takes the request, so that a gateway can share the port. */
  handleFirst?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Serves the api. Rejects where the port can't be had. */
export async function serveApi(api: Api, options: ServeOptions): Promise<HttpServer> {
  const { port, host, handleFirst = () => false } = options;
  const listener = getRequestListener(api.app.fetch);
  const server = createServer(serverOptions, (request, response) => {
    if (!handleFirst(request, response)) listener(request, response);
  });
  server.maxConnections = 10_000;
  const unused = trackUnused(server);
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      for (const socket of unused) socket.destroy();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed.finally(() => clearTimeout(timer));
    },
  };
}

/** Connections that have asked nothing yet, as browsers open them ahead: Node counts none of them as idle. */
function trackUnused(server: Server): Set<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  server.on('request', (request) => unused.delete(request.socket));
  return unused;
}
