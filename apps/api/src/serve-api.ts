import type { IncomingMessage } from 'node:http';
import { type HttpPlace, type HttpServer, peerHeader, serveHttp } from '@api-monitor/runtime';
import { getRequestListener } from '@hono/node-server';
import type { Api } from './create-api.ts';

/**
 * Serves the api. At a path of this process's own nobody asks but whoever passes requests on, so that
 * what it tells of the peer is true. Rejects where the place can't be had.
 */
export function serveApi(api: Api, place: HttpPlace): Promise<HttpServer> {
  const isPrivate = 'path' in place;
  const listener = getRequestListener((request, env) => {
    const { incoming } = env;
    const peerAddress = isPrivate ? peerOf(incoming.headers) : incoming.socket.remoteAddress;
    return api.app.fetch(request, { ...env, peerAddress });
  });
  return serveHttp({ ...place, listener });
}

function peerOf(headers: IncomingMessage['headers']): string | undefined {
  const peer = headers[peerHeader];
  return typeof peer === 'string' ? peer : undefined;
}
