import { lookup } from 'node:dns';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Agent, type buildConnector } from 'undici';
import { describeFault, isAddressRefused } from './answer/describe-fault.ts';
import { type AllowPrivate, createAddressGuard } from './connect/guard-address.ts';
import { createInterimAnswers } from './connect/interim-answers.ts';
import { chooseProxy, noProxies, type ProxyDefaults } from './connect/proxy/choose-proxy.ts';
import { shareLookups } from './connect/share-lookups.ts';
import { openSocket } from './connect/target-connections.ts';
import { createTargetConnectors, type TargetConnector } from './connect/target-connector.ts';

interface GuardedClientOptions {
  allowPrivate: AllowPrivate;
  proxies?: ProxyDefaults;
  connectTimeoutMs?: number;
}

interface RequestInit {
  method: string;
  headers: Record<string, string>;
  /** Absent: none. */
  body?: string;
  signal: AbortSignal;
}

export interface PlainAnswer {
  status: number;
  headers: { get(name: string): string | null };
  body: Readable;
}

/** Requests and connections to addresses that aren't channels, such as those of alert destinations. */
export interface GuardedClient {
  /** Follows no redirects. Rejects with an error for `describeFault`. */
  fetch(url: string, init: RequestInit): Promise<PlainAnswer>;
  /** Opens a connection that the caller owns, on which it may begin TLS itself. */
  openSocket(to: { hostname: string; port: number }, signal: AbortSignal): Promise<Socket>;
  /** A failure in a plain sentence, and whether the address guard refused the address. */
  describeFault(error: unknown): { message: string; isAddressRefused: boolean };
  /** Ends every connection at once. */
  close(): Promise<void>;
}

/** Creates a client with the same address guard and default proxies as channels have. */
export function createGuardedClient({
  allowPrivate,
  proxies = noProxies,
  connectTimeoutMs: timeoutMs = 15_000,
}: GuardedClientOptions): GuardedClient {
  const interim = createInterimAnswers();
  const connectorFor = createTargetConnectors({
    guard: createAddressGuard(allowPrivate),
    ...{ lookup: shareLookups(lookup), interim, timeoutMs },
  });
  const connectors = new Map<string, TargetConnector>();
  const connectorOf = (isTls: boolean, proxy: string | null, isForTls = false) => {
    const key = JSON.stringify([isTls, proxy, isForTls]);
    const known = connectors.get(key);
    if (known) return known;
    const way = { isTls, proxy, isForTls, verifySsl: true, caCertificate: null };
    const connector = connectorFor(way);
    connectors.set(key, connector);
    return connector;
  };
  const connect: buildConnector.connector = (options, callback) => {
    const { protocol, host, hostname } = options;
    const origin = `${protocol}//${host ?? hostname}`;
    const proxy = chooseProxy({ origin, proxyUrl: null }, proxies);
    connectorOf(protocol === 'https:', proxy).connect(options, callback);
  };
  const agent = new Agent({ allowH2: false, connect, maxHeaderSize: 32 * 1024 });
  // The variables for HTTP say nothing about other protocols.
  const ofSockets = { ...proxies, https: '', http: '' };
  return {
    async fetch(url, init) {
      const { origin, pathname, search } = new URL(url);
      const sent = { ...init, origin, path: pathname + search };
      const { statusCode, headers, body } = await agent.request(sent);
      const get = (name: string) => {
        const value = headers[name];
        return (Array.isArray(value) ? value[0] : value) ?? null;
      };
      return { status: statusCode, headers: { get }, body };
    },
    async openSocket({ hostname, port }, signal) {
      signal.throwIfAborted();
      const host = hostname.includes(':') ? `[${hostname}]` : hostname;
      const origin = `http://${host}:${port}`;
      const proxy = chooseProxy({ origin, proxyUrl: null }, ofSockets);
      const opening = openSocket(connectorOf(false, proxy, true).connect, origin);
      const giveUp = () => opening.then((socket) => socket.destroy()).catch(() => {});
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await Promise.race([opening, rejectionOf(signal)]);
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
    describeFault: (error) => ({
      message: describeFault(error).message,
      isAddressRefused: isAddressRefused(error),
    }),
    async close() {
      interim.close();
      await agent.destroy();
      await Promise.all([...connectors.values()].map((one) => one.close()));
    },
  };
}

function rejectionOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}
