import { type HttpHandler, type HttpServer, serveHttp } from '@api-monitor/runtime';
import { getRequestListener } from '@hono/node-server';
import type { Api } from './create-api.ts';

export interface ServeOptions {
  /** 0: any free one. */
  port: number;
  /** Absent: all interfaces. */
  host?: string | undefined;
  /** Asked first: true where it takes the request, so that a gateway can share the port. */
  handleFirst?: HttpHandler;
}

/** Serves the api. Rejects where the port can't be had. */
export function serveApi(api: Api, options: ServeOptions): Promise<HttpServer> {
  const { port, host, handleFirst = () => false } = options;
  const listener = getRequestListener(api.app.fetch);
  return serveHttp({
    port,
    host,
    listener: (request, response) => {
      if (!handleFirst(request, response)) listener(request, response);
    },
  });
}
