import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  ServerResponse,
} from 'node:http';
import { BlockList, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Logger } from '../reports/logger.ts';
import { rootPath, takeOffBasePath } from './base-path.ts';
import { createCallers, type UnknownCallerLimits } from './callers.ts';
import { type DrainLimits, drainWhenAnswered } from './drain-request.ts';
import { createProxyWarning } from './unnamed-proxy.ts';

/** Answers a request and returns true, or returns false. */
export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

/** Answers a bad request with a 400 in its own format and returns true, or returns false. */
export type BadRequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  fault: string,
) => boolean;

/** Serves the requests that change to another protocol, such as a WebSocket. */
export interface UpgradeHandler {
  /** Whether the request may change the protocol; any other is served like one that doesn't ask for it. */
  accepts(request: IncomingMessage): boolean;
  /** Answers it, or takes the connection from the response with `detachSocket`. */
  handle(request: IncomingMessage, response: ServerResponse, head: Buffer): void;
  /** The server is closing: connections end as soon as what runs on them has ended. */
  drain(): void;
}

export interface HttpServer {
  /** The port where it listens; 0 if it listens at a path. */
  port: number;
  /**
   * Keeps answering, but closes each connection after its next answer, so that load balancers move away.
   */
  stopKeepAlive(): void;
  /** Accepts no more requests, waits for running ones, and cuts them off after `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Where to listen: on a port, or at a path in the file system that only this host can reach. */
export type ListenAddress =
  | {
      /** 0: any free one. */
      port: number;
      /** All interfaces by default. */
      host?: string | undefined;
    }
  | { path: string };

export type HttpOptions = ListenAddress & {
  listener: RequestListener;
  /** Answers bad requests; without it they get `{"detail": …}`. */
  refuse?: BadRequestHandler | undefined;
  upgrades?: UpgradeHandler | undefined;
  /** The proxies whose `X-Forwarded-For` is trusted. */
  trustedProxies?: BlockList | undefined;
  /** Warns about a proxy that isn't one of them. */
  logger?: Pick<Logger, 'warn'>;
  /** Taken off the paths of requests that have it (`BASE_PATH`). */
  basePath?: string | undefined;
  /** Tests shorten these. */
  timeouts?: typeof defaultTimeouts;
  drainLimits?: DrainLimits;
  unknownCallers?: UnknownCallerLimits;
};

// A client that sends its request slowly can't hold a connection longer than this, but a large upload over
// a slow line has enough time.
const defaultTimeouts = {
  headersTimeout: 15_000,
  requestTimeout: 300_000,
  // How often the two are checked. Node's default of 30 s would triple the first one.
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
const defaultUnknownCallerLimits: UnknownCallerLimits = {
  total: 4_000,
  perAddress: 2_000,
  bodyMs: 15_000,
  silenceMs: 60_000,
};
const defaultDrainLimits: DrainLimits = { bytes: 64 * 1024 ** 2, ms: 5_000 };

/** Serves HTTP, as every service does. Rejects if it can't listen there. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const {
    listener,
    refuse = () => false,
    upgrades,
    timeouts = defaultTimeouts,
    drainLimits = defaultDrainLimits,
    unknownCallers = defaultUnknownCallerLimits,
    trustedProxies = new BlockList(),
    logger,
    basePath = rootPath,
    ...place
  } = options;
  // Only this process connects to a path, and it has checked its callers already.
  const callers = 'path' in place ? null : createCallers(unknownCallers, trustedProxies);
  const warnOfProxy = logger && createProxyWarning(logger, trustedProxies);
  const serve = (
    request: IncomingMessage,
    response: ServerResponse,
    listen: RequestListener = listener,
  ) => {
    // It came after an answer that closes the connection: nothing can be sent any more.
    if (request.socket.writableEnded) return;
    // Node's parser stops after a request for another protocol.
    if (request.headers.upgrade !== undefined) response.shouldKeepAlive = false;
    const redirect = takeOffBasePath(request, basePath);
    if (hasBody(request)) drainWhenAnswered(request, response, drainLimits);
    warnOfProxy?.(request);
    const watch = callers?.onRequest(request, response);
    const fault = faultOfRequest(request);
    if (fault === null && redirect !== null) {
      response.writeHead(308, { location: redirect, 'content-length': 0 }).end();
      return;
    }
    if (fault === null) {
      listen(request, response);
      watch?.startTimers(request, response);
      return;
    }
    response.shouldKeepAlive = false;
    if (!refuse(request, response, fault)) sendDetail(response, 400, fault);
  };
  const shouldUpgradeCallback = (request: IncomingMessage) => {
    // Node asks before it hands the request over. Taking the path off again there changes nothing.
    takeOffBasePath(request, basePath);
    return upgrades?.accepts(request) ?? false;
  };
  const server = createServer({ ...serverOptions, ...timeouts, shouldUpgradeCallback });
  // Unknown expectations are ignored (RFC 9110, 10.1.1).
  for (const event of ['request', 'checkExpectation']) {
    server.on(event, (request, response) => serve(request, response));
  }
  const upgraded = trackUpgraded(server, (request, response, head) =>
    serve(request, response, () => upgrades?.handle(request, response, head)),
  );
  server.maxConnections = connectionLimit;
  if (callers) server.on('connection', callers.onConnection);
  const unused = trackUnused(server);
  server.listen({ ...place, backlog });
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    stopKeepAlive() {
      server.prependListener('request', (_request, response) => {
        response.shouldKeepAlive = false;
      });
      upgrades?.drain();
    },
    async close(graceMs) {
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      for (const socket of unused) socket.destroy();
      upgrades?.drain();
      const timer = setTimeout(() => {
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      }, graceMs);
      await closed.finally(() => clearTimeout(timer));
      // Connections that were cut off report it two turns later, and only then are their requests over.
      await nextTurn();
      await nextTurn();
    },
  };
}

/** Answers with an error in the format of the monitor's API. */
export function sendDetail(response: ServerResponse, status: number, detail: string): void {
  const body = JSON.stringify({ detail });
  response.writeHead(status, { 'content-type': 'application/json' }).end(body);
}

/**
 * Why a request can't be served at all; null if it can. Two hosts, or none, are a 400 by RFC 9112, 3.2. A
 * coding that we don't decode would be passed on without its name (6.1). Node's parser rejects all other
 * ambiguous framing.
 */
function faultOfRequest({ rawHeaders, headers, httpVersion }: IncomingMessage): string | null {
  let hosts = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
  }
  if (hosts > 1) return 'the request has more than one Host header';
  if (hosts === 0 && httpVersion !== '1.0') return 'the request has no Host header';
  const coding = headers['transfer-encoding'];
  if (coding === undefined || coding.toLowerCase() === 'chunked') return null;
  return 'the only supported Transfer-Encoding is chunked';
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
}

/** Connections without a request so far, which browsers open in advance. Node doesn't count them as idle. */
function trackUnused(server: Server): Set<Socket> {
  const unused = new Set<Socket>();
  server.on('connection', (socket) => {
    unused.add(socket);
    socket.once('close', () => unused.delete(socket));
  });
  for (const event of ['request', 'upgrade']) {
    server.on(event, (request: IncomingMessage) => unused.delete(request.socket));
  }
  return unused;
}

/**
 * Gives each request that changes the protocol a response, as Node does for all others, and returns the
 * connections of those that are open: Node no longer knows them.
 */
function trackUpgraded(
  server: Server,
  serve: (request: IncomingMessage, response: ServerResponse, head: Buffer) => void,
): Set<Socket> {
  const upgraded = new Set<Socket>();
  server.on('upgrade', (request, _socket, head) => {
    const { socket } = request;
    socket.on('error', () => socket.destroy());
    const response = new ServerResponse(request);
    try {
      response.assignSocket(socket);
    } catch {
      // It was pipelined behind a request whose answer hasn't ended.
      socket.destroy();
      return;
    }
    upgraded.add(socket);
    response.on('finish', () => socket.destroySoon());
    socket.once('close', () => {
      upgraded.delete(socket);
      // A response that has given its connection away would never close.
      if (response.socket === null) response.emit('close');
    });
    serve(request, response, head);
  });
  return upgraded;
}
