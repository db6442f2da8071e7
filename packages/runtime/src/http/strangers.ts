import type { Socket } from 'node:net';

export interface StrangerLimits {
  total: number;
  perAddress: number;
}

/** A connection and its current callers. */
export interface Visit {
  readonly socket: Socket;
  /** How many requests of known callers are in progress; more than one if they are pipelined. */
  known: number;
  /** When a request last began or ended; the connection where that is longest ago is closed first. */
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

/**
 * Limits the connections that don't serve a known caller. Above a limit the oldest one is closed, of the
 * same address or of the address with the most: a new client always gets in, and an address that holds
 * many connections loses its own.
 */
export class Strangers {
  readonly #limits: StrangerLimits;
  readonly #nowMs: () => number;
  readonly #groups = new Map<string | null, Group>();
  #count = 0;

  constructor(limits: StrangerLimits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
  }

  add(socket: Socket, address: string | null): Visit {
    const group = this.#groupOf(address);
    const visit = { socket, group, known: 0, atMs: this.#nowMs() };
    group.visits.add(visit);
    this.#count += 1;
    this.#keepLimits(group);
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
    this.#keepLimits(visit.group);
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
    this.#keepLimits(visit.group);
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

  #keepLimits(group: Group): void {
    if (group.address !== null && strangersIn(group) > this.#limits.perAddress) {
      this.#closeOldest(group);
    }
    if (this.#count > this.#limits.total) this.#closeOldest(this.#largest(group));
  }

  #largest(first: Group): Group {
    let largest = first;
    for (const group of this.#groups.values()) {
      if (strangersIn(group) > strangersIn(largest)) largest = group;
    }
    return largest;
  }

  #closeOldest({ visits }: Group): void {
    let oldest: Visit | null = null;
    for (const visit of visits) {
      if (visit.known === 0 && (!oldest || visit.atMs < oldest.atMs)) oldest = visit;
    }
    if (!oldest) return;
    this.remove(oldest);
    oldest.socket.destroy();
  }
}

/** False once it is closed, although its requests may end later. */
function isCounted(visit: Visit): boolean {
  return visit.group.visits.has(visit);
}

function strangersIn({ visits, known }: Group): number {
  return visits.size - known;
}
