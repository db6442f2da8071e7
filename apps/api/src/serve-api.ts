import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import type { Api } from './create-api.ts';

export interface HttpServer {
  /** Where it listens, e.g. `http://127.0.0.1:8081`. */
  port: number;
  /** Takes no more requests, lets those under way end, and cuts them after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

// A client that sends its request in drips holds a connection no longer than this.
const serverOptions = {
  headersTimeout: 15_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
};

/** Listens on `port` (0: any free one). Rejects where the port can't be had. */
export async function serveApi(api: Api, port: number, host?: string): Promise<HttpServer> {
  const adaptor = createAdaptorServer({ fetch: api.app.fetch, createServer, serverOptions });
  const server = adaptor as Server;
  server.maxConnections = 10_000;
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed.finally(() => clearTimeout(timer));
    },
  };
}
