import { isIPv6, Socket } from 'node:net';
import type { ProxyAddress } from '@api-monitor/core';
import { SocksClient } from 'socks';
import { type buildConnector, Pool } from 'undici';
import { describeFault } from '../../answer/describe-fault.ts';
import { ProxyFault } from './proxy-fault.ts';

export interface Destination {
  /** IPv6 without its brackets. */
  hostname: string;
  port: number;
}

/** Opens connections to other hosts through one proxy. */
export interface Tunnels {
  /** Rejects with a ProxyFault, also once `signal` aborts. */
  open(to: Destination, signal: AbortSignal): Promise<Socket>;
  /** Gives up those that are being opened. */
  close(): Promise<void>;
}

/** `connect` opens a connection to the proxy itself. */
export function createTunnels(proxy: ProxyAddress, connect: buildConnector.connector): Tunnels {
  const where = hostAndPort(proxy);
  const { open, close } =
    proxy.protocol === 'socks5:' ? socksTunnels(proxy, connect) : httpTunnels(proxy, connect);
  return {
    async open(to, signal) {
      try {
        return await open(to, signal);
      } catch (error) {
        if (signal.aborted) {
          throw new ProxyFault(where, { kind: 'timeout', message: 'connecting timed out' });
        }
        throw new ProxyFault(where, error instanceof Refusal ? error.fault : describeFault(error));
      }
    },
    close,
  };
}

/** The proxy's own answer. */
class Refusal extends Error {
  readonly fault: { kind: 'network'; message: string };

  constructor(message: string) {
    super(message);
    this.fault = { kind: 'network', message };
  }
}

/** By CONNECT (RFC 9110, 9.3.6), also for a channel without TLS. */
function httpTunnels(proxy: ProxyAddress, connect: buildConnector.connector): Tunnels {
  const { protocol, hostname, username, password } = proxy;
  const pool = new Pool(`${protocol}//${hostAndPort(proxy)}`, { allowH2: false, connect });
  const basic = Buffer.from(`${username}:${password}`).toString('base64');
  const credentials =
    username === '' && password === '' ? {} : { 'proxy-authorization': `Basic ${basic}` };
  return {
    async open(to, signal) {
      const path = hostAndPort(to);
      const headers = { host: path, ...credentials };
      // By default undici expects the certificate of the host in the header.
      const asked = { path, headers, signal, servername: hostname };
      const { statusCode, socket } = await pool.connect(asked);
      if (statusCode >= 200 && statusCode < 300 && socket instanceof Socket) return socket;
      socket.on('error', () => {}).destroy();
      throw new Refusal(
        statusCode === 407
          ? 'its user name or password is wrong or missing (407)'
          : `it refused to connect (${statusCode})`,
      );
    },
    close: () => pool.destroy(),
  };
}

/** By SOCKS 5 (RFC 1928, RFC 1929); the proxy resolves names. */
function socksTunnels(proxy: ProxyAddress, connect: buildConnector.connector): Tunnels {
  const { hostname, port, username, password } = proxy;
  const credentials = username === '' ? {} : { userId: username, password };
  return {
    async open(to, signal) {
      const socket = await connectTo(connect, { hostname, port });
      const giveUp = () => socket.destroy();
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        signal.throwIfAborted();
        await SocksClient.createConnection({
          command: 'connect',
          proxy: { type: 5, host: hostname, port, ...credentials },
          destination: { host: to.hostname, port: to.port },
          existing_socket: socket,
        });
        return socket;
      } catch (error) {
        socket.on('error', () => {}).destroy();
        throw new Refusal(error instanceof Error ? error.message : 'it refused to connect');
      } finally {
        signal.removeEventListener('abort', giveUp);
      }
    },
    async close() {},
  };
}

function connectTo(connect: buildConnector.connector, to: Destination): Promise<Socket> {
  const options = { hostname: to.hostname, host: hostAndPort(to), port: String(to.port) };
  return new Promise((resolve, reject) => {
    connect({ ...options, protocol: 'http:' }, (error, socket) => {
      if (socket) resolve(socket);
      else reject(error ?? new Error('no connection'));
    });
  });
}

function hostAndPort({ hostname, port }: Destination): string {
  return `${isIPv6(hostname) ? `[${hostname}]` : hostname}:${port}`;
}
