import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BlockList, Socket } from 'node:net';
import { isTrusted, limitKeyOf, requestAddressOf } from './client-address.ts';

/** What a server allows callers that haven't shown a valid key, token or session. */
export interface UnknownCallerLimits {
  /** How many connections may be open. */
  total: number;
  perAddress: number;
  /** How long a request's body may take. */
  bodyMs: number;
  /** How long a connection may be silent during a request, such as when the client stops reading. */
  silenceMs: number;
}

/** A connection, and its requests in progress; more than one if they are pipelined. */
export interface Visit {
  readonly socket: Socket;
  requests: Map<IncomingMessage, RequestWatch>;
  /** How many requests of known callers are in progress. */
  known: number;
  /** When a request last began or ended. The connection with the oldest such time is closed first. */
  atMs: number;
  group: Group;
}

/** The connections of one address. */
interface Group {
  /** Null if only the total counts for them. */
  address: string | null;
  visits: Set<Visit>;
  /** How many of them serve a known caller. */
  known: number;
}

// By socket, because a weak map of requests doubles the time spent in garbage collection.
const visits = new WeakMap<Socket, Visit>();

/**
 * Tells the server that the sender of this request is known, so that the limits for unknown callers no longer
 * apply to it. Call it before reading the body.
 */
export function recogniseCaller(request: IncomingMessage): void {
  visits.get(request.socket)?.requests.get(request)?.recognise();
}

/** Watches the callers of one server. `trustedProxies`: those whose `X-Forwarded-For` is trusted. */
export function createCallers(limits: UnknownCallerLimits, trustedProxies: BlockList) {
  const unknownCallers = new UnknownCallers(limits, () => performance.now());
  /** What counts as one caller; null for a trusted proxy, which has no limit itself. */
  const addressOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => {
    const address = requestAddressOf(request, trustedProxies);
    return isTrusted(address, trustedProxies) ? null : limitKeyOf(address);
  };
  const onConnection = (socket: Socket): Visit => {
    const visit = unknownCallers.add(socket, addressOf({ socket, headers: {} }));
    visits.set(socket, visit);
    socket.once('close', () => unknownCallers.remove(visit));
    return visit;
  };
  return {
    onConnection,
    /** Called before the request is served. The watch's timers are started after the listener has returned. */
    onRequest(request: IncomingMessage, response: ServerResponse): RequestWatch {
      const visit = visits.get(request.socket) ?? onConnection(request.socket);
      unknownCallers.touch(visit);
      if (request.headers['x-forwarded-for'] !== undefined) {
        unknownCallers.move(visit, addressOf(request));
      }
      const watch = new RequestWatch(unknownCallers, visit);
      visit.requests.set(request, watch);
      response.on('close', () => {
        visit.requests.delete(request);
        watch.end();
      });
      return watch;
    },
  };
}

/** One request, from its headers to the end of its answer. */
class RequestWatch {
  readonly #unknownCallers: UnknownCallers;
  readonly #visit: Visit;
  #isKnown = false;
  #isOver = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(unknownCallers: UnknownCallers, visit: Visit) {
    this.#unknownCallers = unknownCallers;
    this.#visit = visit;
  }

  recognise(): void {
    if (this.#isKnown || this.#isOver) return;
    this.#isKnown = true;
    this.#unknownCallers.addKnown(this.#visit);
    if (!this.#timer) return;
    clearTimeout(this.#timer);
    this.#visit.socket.setTimeout(0);
  }

  /** Does nothing if the listener has recognised the caller already. */
  startTimers(request: IncomingMessage, response: ServerResponse): void {
    if (this.#isOver || this.#visit.known > 0) return;
    const { silenceMs, bodyMs } = this.#unknownCallers.limits;
    this.#visit.socket.setTimeout(silenceMs);
    this.#timer = setTimeout(() => cutOff(request, response), bodyMs);
  }

  end(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (this.#isKnown) this.#unknownCallers.removeKnown(this.#visit);
    else this.#unknownCallers.touch(this.#visit);
  }
}

const timeoutAnswer = 'HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n';

/** Ends a request whose body hasn't arrived, the way Node does after `requestTimeout`. */
function cutOff(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.socket.destroyed) return;
  if (response.socket && !response.headersSent) request.socket.write(timeoutAnswer);
  request.socket.destroy();
}

/**
 * Limits the connections that don't serve a known caller. Above a limit the oldest one is closed, of the
 * same address or of the address with the most: a new client always gets in, and an address that holds
 * many connections loses its own.
 */
export class UnknownCallers {
  readonly limits: UnknownCallerLimits;
  readonly #nowMs: () => number;
  readonly #groups = new Map<string | null, Group>();
  #count = 0;

  constructor(limits: UnknownCallerLimits, nowMs: () => number) {
    this.limits = limits;
    this.#nowMs = nowMs;
  }

  add(socket: Socket, address: string | null): Visit {
    const group = this.#groupOf(address);
    const visit: Visit = { socket, requests: new Map(), group, known: 0, atMs: this.#nowMs() };
    group.visits.add(visit);
    this.#count += 1;
    this.#applyLimits(group);
    return visit;
  }

  remove(visit: Visit): void {
    if (!isCounted(visit)) return;
    if (visit.known === 0) this.#count -= 1;
    this.#leave(visit);
  }

  /** A request has begun. */
  touch(visit: Visit): void {
    visit.atMs = this.#nowMs();
  }

  /** Counts the connection for another address. */
  move(visit: Visit, address: string | null): void {
    if (visit.group.address === address || !isCounted(visit)) return;
    this.#leave(visit);
    visit.group = this.#groupOf(address);
    visit.group.visits.add(visit);
    if (visit.known > 0) visit.group.known += 1;
    this.#applyLimits(visit.group);
  }

  /** A request of a known caller is in progress. */
  addKnown(visit: Visit): void {
    visit.known += 1;
    if (visit.known > 1 || !isCounted(visit)) return;
    visit.group.known += 1;
    this.#count -= 1;
  }

  /** A request of a known caller has ended. */
  removeKnown(visit: Visit): void {
    visit.known -= 1;
    visit.atMs = this.#nowMs();
    if (visit.known > 0 || !isCounted(visit)) return;
    visit.group.known -= 1;
    this.#count += 1;
    this.#applyLimits(visit.group);
  }

  #leave(visit: Visit): void {
    const { group } = visit;
    group.visits.delete(visit);
    if (visit.known > 0) group.known -= 1;
    if (group.visits.size === 0) this.#groups.delete(group.address);
  }

  #groupOf(address: string | null): Group {
    const found = this.#groups.get(address);
    if (found) return found;
    const group = { address, visits: new Set<Visit>(), known: 0 };
    this.#groups.set(address, group);
    return group;
  }

  #applyLimits(group: Group): void {
    if (group.address !== null && unknownIn(group) > this.limits.perAddress) {
      this.#closeOldest(group);
    }
    if (this.#count <= this.limits.total) return;
    let largest = group;
    for (const other of this.#groups.values()) {
      if (unknownIn(other) > unknownIn(largest)) largest = other;
    }
    this.#closeOldest(largest);
  }

  #closeOldest(group: Group): void {
    let oldest: Visit | null = null;
    for (const visit of group.visits) {
      if (visit.known === 0 && (!oldest || visit.atMs < oldest.atMs)) oldest = visit;
    }
    if (!oldest) return;
    this.remove(oldest);
    oldest.socket.destroy();
  }
}

/** False after the connection has closed, although its requests may end later. */
function isCounted(visit: Visit): boolean {
  return visit.group.visits.has(visit);
}

function unknownIn({ visits, known }: Group): number {
  return visits.size - known;
}
