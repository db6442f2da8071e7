import { IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import {
  type HttpOptions,
  type HttpServer,
  type ListenAddress,
  peerHeader,
  recogniseCaller,
  serveHttp,
} from '@api-monitor/runtime';
import { getRequestListener } from '@hono/node-server';
import type { Api } from './create-api.ts';

/** Answers requests. `isPrivate`: they come from the gateway's thread, which names the caller in a header. */
export function apiListener(api: Api, isPrivate = false): RequestListener {
  return getRequestListener((request, env) => {
    const { incoming, outgoing } = env;
    return api.app.fetch(request, {
      ...env,
      peerAddress: isPrivate ? peerOf(incoming.headers) : incoming.socket.remoteAddress,
      // The gateway's thread holds the caller's connection; a 102 tells it that the caller is known.
      recognise() {
        if (isPrivate && outgoing instanceof ServerResponse) outgoing.writeProcessing();
        if (!isPrivate && incoming instanceof IncomingMessage) recogniseCaller(incoming);
      },
    });
  });
}

/**
 * Serves the api. A socket path is private to this process, so only the gateway's thread connects there,
 * and the peer that it names can be trusted. Rejects if the place can't be had.
 */
export function serveApi(
  api: Api,
  place: ListenAddress,
  limits: Pick<HttpOptions, 'unknownCallers'> = {},
): Promise<HttpServer> {
  return serveHttp({ ...place, ...limits, listener: apiListener(api, 'path' in place) });
}

function peerOf(headers: IncomingMessage['headers']): string | undefined {
  const peer = headers[peerHeader];
  return typeof peer === 'string' ? peer : undefined;
}
