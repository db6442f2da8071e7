import type { Socket } from 'node:net';
import type { UpstreamTarget } from '@api-monitor/core';
import { type buildConnector, Pool } from 'undici';
import { AnswerFault } from '../answer/describe-fault.ts';
import type { AddressGuard } from './guard-address.ts';
import { createGuardedConnectors } from './guarded-connector.ts';
import { createInterimAnswers } from './interim-answers.ts';
import type { Lookup } from './share-lookups.ts';

/** How many bytes the socket that failed with this error had received. */
export type BytesReadBefore = (error: object) => number;

/** The connections to one target, with its own settings such as `verifySsl`. */
export interface TargetConnections {
  /** Keeps its connections for the next requests. */
  kept: Pool;
  /** Opens a connection for each request. */
  fresh: Pool;
  /** Opens a connection that the caller owns. */
  open(): Promise<Socket>;
  bytesReadBefore: BytesReadBefore;
}

export interface Connections {
  /** The target's connections; new ones if its origin or `verifySsl` has changed. */
  of(target: UpstreamTarget): TargetConnections;
  /** Closes the target's idle connections; running requests finish first. */
  forget(targetId: number): void;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Streams hold their connections, so single pools have no limit; this limits all of them together. */
const connectionLimit = 10_000;

const poolOptions: Pool.Options = {
  allowH2: false,
  maxHeaderSize: 32 * 1024,
  // The callers have their own timers, which depend on what they wait for.
  headersTimeout: 0,
  bodyTimeout: 0,
  /** How long an idle connection is kept if the server doesn't announce its timeout. */
  keepAliveTimeout: 15_000,
  keepAliveMaxTimeout: 120_000,
  /** An idle connection is closed this long before the server would close it. */
  keepAliveTimeoutThreshold: 1_000,
};

/** Keeps connections for each target. */
export function createConnections(guard: AddressGuard, lookup: Lookup): Connections {
  let openCount = 0;
  const interim = createInterimAnswers();
  const connectorOf = createGuardedConnectors(guard, lookup, interim);
  const entries = new Map<number, { key: string; connections: TargetConnections }>();
  const open = (origin: string, verifySsl: boolean): TargetConnections => {
    const guarded = connectorOf(verifySsl);
    const bytesReadByError = new WeakMap<object, number>();
    const connect: buildConnector.connector = (options, callback) => {
      if (openCount >= connectionLimit) {
        callback(new AnswerFault('TOO_MANY_CONNECTIONS'), null);
        return;
      }
      openCount += 1;
      const closed = () => {
        openCount -= 1;
      };
      guarded(options, (...result) => {
        const [, socket] = result;
        socket?.once('close', closed);
        socket?.once('error', (error) => bytesReadByError.set(error, socket.bytesRead));
        if (!socket) closed();
        callback(...result);
      });
    };
    const options = { ...poolOptions, connect };
    return {
      kept: new Pool(origin, options),
      fresh: new Pool(origin, { ...options, pipelining: 0 }),
      open: () => openSocket(connect, origin),
      bytesReadBefore: (error) => bytesReadByError.get(error) ?? 0,
    };
  };
  const forget = (targetId: number) => {
    const entry = entries.get(targetId);
    entries.delete(targetId);
    for (const pool of poolsOf(entry)) pool.close().catch(() => {});
  };
  return {
    of({ id, baseUrl, verifySsl }) {
      const { origin } = new URL(baseUrl);
      const key = `${origin} ${verifySsl}`;
      const current = entries.get(id);
      if (current?.key === key) return current.connections;
      forget(id);
      const connections = open(origin, verifySsl);
      entries.set(id, { key, connections });
      return connections;
    },
    forget,
    async close() {
      interim.close();
      await Promise.all([...entries.values()].flatMap(poolsOf).map((pool) => pool.destroy()));
    },
  };
}

function openSocket(connect: buildConnector.connector, origin: string): Promise<Socket> {
  const { hostname, host, protocol, port } = new URL(origin);
  // undici's connector expects an IPv6 address without its brackets.
  const address = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    connect({ hostname: address, host, protocol, port }, (error, socket) => {
      if (socket) resolve(socket);
      else reject(error ?? new Error('no connection'));
    });
  });
}

function poolsOf(entry: { connections: TargetConnections } | undefined): Pool[] {
  return entry ? [entry.connections.kept, entry.connections.fresh] : [];
}
