import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList, Socket } from 'node:net';
import { clientAddressOf, isTrusted, limitKeyOf } from './client-address.ts';
import { type StrangerLimits, Strangers, type Visit } from './strangers.ts';

/** What a server allows to callers whom it doesn't know by a key, a token or a session. */
export interface StrangerPatience extends StrangerLimits {
  /** How long a request's body may take. */
  bodyMs: number;
  /** How long nothing may happen on a connection while a request is served: the client may have stopped reading. */
  silenceMs: number;
}

/** Watches who asks on a server's connections. */
export interface Callers {
  meet(socket: Socket): void;
  /** Hears a request before whoever serves it; `wait` is called once that has seen it. */
  hear(request: IncomingMessage, response: ServerResponse): { wait(): void };
}

/** A connection, and what is under way on it: pipelined, it may be several requests. */
interface Connection {
  visit: Visit;
  hearings: Map<IncomingMessage, Hearing>;
}

// By socket: a weak map of requests would double the collector's work.
const connections = new WeakMap<Socket, Connection>();

/**
 * Tells the server that whoever sent this request is known: the limits for strangers no longer hold for
 * it. Whoever serves a request says so before reading its body.
 */
export function recogniseCaller(request: IncomingMessage): void {
  connections.get(request.socket)?.hearings.get(request)?.recognise();
}

/** `trustedProxies`: whose `X-Forwarded-For` counts. Their own connections are many, and no sign of anything. */
export function createCallers(patience: StrangerPatience, trustedProxies: BlockList): Callers {
  const strangers = new Strangers(patience, () => performance.now());
  const meet = (socket: Socket): Connection => {
    const visit = strangers.add(socket, addressOf(socket, undefined, trustedProxies));
    const connection = { visit, hearings: new Map() };
    connections.set(socket, connection);
    socket.once('close', () => strangers.remove(visit));
    return connection;
  };
  return {
    meet,
    hear(request, response) {
      const { socket, headers } = request;
      const { visit, hearings } = connections.get(socket) ?? meet(socket);
      strangers.touch(visit);
      const forwardedFor = headers['x-forwarded-for'];
      if (forwardedFor !== undefined) {
        strangers.move(visit, addressOf(socket, forwardedFor, trustedProxies));
      }
      const hearing = new Hearing({ request, response, strangers, visit, patience });
      hearings.set(request, hearing);
      response.on('close', () => {
        hearings.delete(request);
        hearing.end();
      });
      return hearing;
    },
  };
}

interface Heard {
  request: IncomingMessage;
  response: ServerResponse;
  strangers: Strangers;
  visit: Visit;
  patience: StrangerPatience;
}

/** One request, from its headers to the end of its answer. */
class Hearing {
  readonly #heard: Heard;
  #isKnown = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(heard: Heard) {
    this.#heard = heard;
  }

  recognise(): void {
    const { strangers, visit } = this.#heard;
    if (this.#isKnown || this.#isOver) return;
    this.#isKnown = true;
    strangers.welcome(visit);
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    visit.socket.setTimeout(0);
  }

  /** Begins to count the time, if whoever serves the request doesn't know its caller yet. */
  wait(): void {
    const { request, response, visit, patience } = this.#heard;
    if (this.#isOver || visit.known > 0) return;
    visit.socket.setTimeout(patience.silenceMs);
    this.#timer = setTimeout(() => cutOff(request, response), patience.bodyMs);
  }

  end(): void {
    const { strangers, visit } = this.#heard;
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (this.#isKnown) strangers.takeLeave(visit);
    else strangers.touch(visit);
  }
}

/** What counts as one caller; null for a trusted proxy by itself. */
function addressOf(
  { remoteAddress = 'unknown' }: Socket,
  forwardedFor: string | string[] | undefined,
  trusted: BlockList,
): string | null {
  const hops = Array.isArray(forwardedFor) ? forwardedFor.join() : forwardedFor;
  const address = clientAddressOf(remoteAddress, hops, trusted);
  return isTrusted(address, trusted) ? null : limitKeyOf(address);
}

const timeoutAnswer = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/** Ends a request whose body hasn't come, as Node does by itself when its own time is up. */
function cutOff(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.socket.destroyed) return;
  if (response.socket && !response.headersSent) request.socket.write(timeoutAnswer);
  request.socket.destroy();
}
