import type { Socket } from 'node:net';
import type { UpstreamTarget } from '@api-monitor/core';
import { type buildConnector, Pool } from 'undici';
import { AnswerFault } from '../answer/describe-fault.ts';
import type { AddressGuard } from './guard-address.ts';
import { createInterimAnswers } from './interim-answers.ts';
import { chooseProxy, type ProxyDefaults } from './proxy/choose-proxy.ts';
import type { Lookup } from './share-lookups.ts';
import { type ConnectWay, createTargetConnectors } from './target-connector.ts';

/** How many bytes the socket that failed with this error had received. */
export type BytesReadBefore = (error: object) => number;

/** The connections to one target, with its own settings such as `verifySsl` and its proxy. */
export interface TargetConnections {
  /** Keeps its connections for the next requests. */
  kept: Pool;
  /** Opens a connection for each request. */
  fresh: Pool;
  /** Opens a connection that the caller owns. */
  open(): Promise<Socket>;
  bytesReadBefore: BytesReadBefore;
  /** Gives up connections that are being opened, once the pools are closed. */
  closeConnector(): Promise<unknown>;
}

export interface Connections {
  /** The target's connections; new ones if its origin or the way to it has changed. */
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

interface ConnectionsOptions {
  guard: AddressGuard;
  lookup: Lookup;
  /** For targets without a proxy of their own. */
  proxies: ProxyDefaults;
  /** To open a connection, and again for TLS within a tunnel. */
  connectTimeoutMs: number;
}

/** Keeps connections for each target. */
export function createConnections({
  guard,
  lookup,
  proxies,
  connectTimeoutMs: timeoutMs,
}: ConnectionsOptions): Connections {
  let openCount = 0;
  const interim = createInterimAnswers();
  const connectorOf = createTargetConnectors({ guard, lookup, interim, timeoutMs });
  const entries = new Map<number, { key: string; connections: TargetConnections }>();
  const open = (origin: string, way: ConnectWay): TargetConnections => {
    const guarded = connectorOf(way);
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
      guarded.connect(options, (...result) => {
        const [, socket] = result;
        socket?.once('close', closed);
        // A proxy's answer isn't the target's.
        const before = socket?.bytesRead ?? 0;
        socket?.once('error', (error) => bytesReadByError.set(error, socket.bytesRead - before));
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
      closeConnector: guarded.close,
    };
  };
  const forget = (targetId: number) => {
    const entry = entries.get(targetId);
    entries.delete(targetId);
    const closing = poolsOf(entry).map((pool) => pool.close());
    Promise.all(closing)
      .then(() => entry?.connections.closeConnector())
      .catch(() => {});
  };
  return {
    of({ id, baseUrl, verifySsl, proxyUrl, caCertificate }) {
      const { origin, protocol } = new URL(baseUrl);
      const proxy = chooseProxy({ origin, proxyUrl }, proxies);
      const way = { isTls: protocol === 'https:', verifySsl, caCertificate, proxy };
      const key = JSON.stringify([origin, way]);
      const current = entries.get(id);
      if (current?.key === key) return current.connections;
      forget(id);
      const connections = open(origin, way);
      entries.set(id, { key, connections });
      return connections;
    },
    forget,
    async close() {
      interim.close();
      const all = [...entries.values()];
      await Promise.all(all.flatMap(poolsOf).map((pool) => pool.destroy()));
      await Promise.all(all.map(({ connections }) => connections.closeConnector()));
    },
  };
}

/** Opens a connection that the caller owns, to an origin such as `https://host:port`. */
export function openSocket(connect: buildConnector.connector, origin: string): Promise<Socket> {
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
