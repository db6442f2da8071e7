import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList, Socket } from 'node:net';
import { isTrusted, limitKeyOf, requestAddressOf } from './client-address.ts';
import { type StrangerLimits, Strangers, type Visit } from './strangers.ts';

/** What a server allows callers that haven't shown a valid key, token or session. */
export interface StrangerPatience extends StrangerLimits {
  /** How long a request's body may take. */
  bodyMs: number;
  /** How long a connection may be silent while a request is served, such as when the client stops reading. */
  silenceMs: number;
}

/** Watches the callers of one server. */
export interface Callers {
  onConnection(socket: Socket): void;
  /** Called before the request is served. `startTimers` is called after the listener has returned. */
  onRequest(request: IncomingMessage, response: ServerResponse): { startTimers(): void };
}

/** A connection and its requests in progress; more than one if they are pipelined. */
interface Connection {
  visit: Visit;
  requests: Map<IncomingMessage, RequestWatch>;
}

// By socket, because a weak map of requests doubles the time spent in garbage collection.
const connections = new WeakMap<Socket, Connection>();

/**
 * Tells the server that the sender of this request is known, so that the limits for strangers no longer
 * apply to it. Call it before reading the body.
 */
export function recogniseCaller(request: IncomingMessage): void {
  connections.get(request.socket)?.requests.get(request)?.recognise();
}

/** `trustedProxies` are those whose `X-Forwarded-For` counts; the limit per address doesn't apply to them. */
export function createCallers(patience: StrangerPatience, trustedProxies: BlockList): Callers {
  const strangers = new Strangers(patience, () => performance.now());
  const onConnection = (socket: Socket): Connection => {
    const visit = strangers.add(socket, addressOf({ socket, headers: {} }, trustedProxies));
    const connection = { visit, requests: new Map() };
    connections.set(socket, connection);
    socket.once('close', () => strangers.remove(visit));
    return connection;
  };
  return {
    onConnection,
    onRequest(request, response) {
      const { socket, headers } = request;
      const { visit, requests } = connections.get(socket) ?? onConnection(socket);
      strangers.touch(visit);
      if (headers['x-forwarded-for'] !== undefined) {
        strangers.move(visit, addressOf(request, trustedProxies));
      }
      const watch = new RequestWatch({ request, response, strangers, visit, patience });
      requests.set(request, watch);
      response.on('close', () => {
        requests.delete(request);
        watch.end();
      });
      return watch;
    },
  };
}

interface Watched {
  request: IncomingMessage;
  response: ServerResponse;
  strangers: Strangers;
  visit: Visit;
  patience: StrangerPatience;
}

/** One request, from its headers to the end of its answer. */
class RequestWatch {
  readonly #watched: Watched;
  #isKnown = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(watched: Watched) {
    this.#watched = watched;
  }

  recognise(): void {
    const { strangers, visit } = this.#watched;
    if (this.#isKnown || this.#isOver) return;
    this.#isKnown = true;
    strangers.addKnown(visit);
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    visit.socket.setTimeout(0);
  }

  /** Does nothing if the listener has recognised the caller already. */
  startTimers(): void {
    const { request, response, visit, patience } = this.#watched;
    if (this.#isOver || visit.known > 0) return;
    visit.socket.setTimeout(patience.silenceMs);
    this.#timer = setTimeout(() => cutOff(request, response), patience.bodyMs);
  }

  end(): void {
    const { strangers, visit } = this.#watched;
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (this.#isKnown) strangers.removeKnown(visit);
    else strangers.touch(visit);
  }
}

/** What counts as one caller; null for a trusted proxy itself. */
function addressOf(
  request: Pick<IncomingMessage, 'headers' | 'socket'>,
  trusted: BlockList,
): string | null {
  const address = requestAddressOf(request, trusted);
  return isTrusted(address, trusted) ? null : limitKeyOf(address);
}

const timeoutAnswer = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/** Ends a request whose body hasn't arrived, the way Node does after `requestTimeout`. */
function cutOff(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.socket.destroyed) return;
  if (response.socket && !response.headersSent) request.socket.write(timeoutAnswer);
  request.socket.destroy();
}
