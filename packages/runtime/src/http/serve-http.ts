import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import { BlockList, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createCallers, type StrangerPatience } from './callers.ts';
import { type DrainLimits, drainWhenAnswered } from './drain-request.ts';
import { faultOfRequest } from './request-fault.ts';
import { sendDetail } from './send-detail.ts';

/** Answers a request and returns true, or leaves it to the next one. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Answers a bad request with a 400 in its own format and returns true, or returns false. */
export type HttpRefuser = (
  request: IncomingMessage,
  response: ServerResponse,
  fault: string,
) => boolean;

export interface HttpServer {
  /** Where it listens; 0 at a path. */
  port: number;
  /**
   * Goes on serving, but keeps no connection alive: whoever balances load over it moves away without
   * a request lost between two ends of one connection.
   */
  letGo(): void;
  /** Takes no more requests, lets those under way end, and cuts them after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Where to listen: on a port, or at a path in the file system that others of this host may ask. */
export type HttpPlace =
  | {
      /** 0: any free one. */
      port: number;
      /** Absent: all interfaces. */
      host?: string | undefined;
    }
  | { path: string };

export type HttpOptions = HttpPlace & {
  listener: RequestListener;
  /** Refuses requests that can't be served at all; without it they get `{"detail": …}`. */
  refuse?: HttpRefuser | undefined;
  /** Whose `X-Forwarded-For` tells the caller's address. */
  trustedProxies?: BlockList | undefined;
  /** Tests shorten these. */
  patience?: HttpPatience;
  drainLimits?: DrainLimits;
  strangers?: StrangerPatience;
};

/** How long a client may take, in milliseconds. */
interface HttpPatience {
  headersTimeout: number;
  requestTimeout: number;
  /** How often that is looked at: Node's own 30 s would triple the first of them. */
  connectionsCheckingInterval: number;
}

// A client that sends its request in drips holds a connection no longer than this; a large upload
// for the gateway over a slow line fits in.
const usualPatience: HttpPatience = {
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  connectionsCheckingInterval: 5_000,
};
const serverOptions = {
  keepAliveTimeout: 65_000,
  maxHeaderSize: 32 * 1024,
  // Checked by `faultOfRequest`, which also says what is wrong.
  requireHostHeader: false,
};
const connectionLimit = 10_000;
/** Connections that may wait while the thread is busy; the system may allow fewer. */
const backlog = 4_096;
/**
 * Each takes up to three file descriptors; small systems allow a process 20,000. A busy host behind an
 * unnamed proxy may open a thousand connections at once before the first of them has shown its key.
 */
const usualStrangers: StrangerPatience = {
  total: 4_000,
  perAddress: 2_000,
  bodyMs: 15_000,
  silenceMs: 60_000,
};
const usualDrainLimits: DrainLimits = { bytes: 64 * 1024 ** 2, ms: 5_000 };

/** Serves HTTP as every service of ours does. Rejects where the place can't be had. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const {
    listener,
    refuse = () => false,
    patience = usualPatience,
    drainLimits = usualDrainLimits,
    strangers = usualStrangers,
    trustedProxies = new BlockList(),
    ...place
  } = options;
  // Only this process connects to a path, and it has checked its callers already.
  const callers = 'path' in place ? null : createCallers(strangers, trustedProxies);
  const serve: RequestListener = (request, response) => {
    // It came after an answer that closes the connection: nothing can be sent any more.
    if (request.socket.writableEnded) return;
    // Node's parser stops after a request for another protocol.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    if (hasBody(request)) drainWhenAnswered(request, response, drainLimits);
    const watch = callers?.onRequest(request, response);
    const fault = faultOfRequest(request);
    if (fault === null) {
      listener(request, response);
      watch?.startTimers();
      return;
    }
    response.shouldKeepAlive = false;
    if (!refuse(request, response, fault)) sendDetail(response, 400, fault);
  };
  const server = createServer({ ...serverOptions, ...patience }, serve);
  // Unknown expectations are ignored (RFC 9110, 10.1.1).
  server.on('checkExpectation', serve);
  server.maxConnections = connectionLimit;
  if (callers) server.on('connection', callers.onConnection);
  const unused = trackUnused(server);
  server.listen({ ...place, backlog });
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    letGo: () => void server.prependListener('request', keepNoConnection),
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      for (const socket of unused) socket.destroy();
      const timer = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed.finally(() => clearTimeout(timer));
      // The connections that were cut say so two turns later, and only then their requests are over.
      await nextTurn();
      await nextTurn();
    },
  };
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

function keepNoConnection(_request: IncomingMessage, response: ServerResponse): void {
  response.shouldKeepAlive = false;
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
