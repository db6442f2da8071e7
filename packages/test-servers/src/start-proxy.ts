import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy on loopback. */
export interface TestProxy {
  port: number;
  /** `host:port` of each connection that was asked for. */
  asked: string[];
  /** Opened to it so far. */
  connections: number;
  stop(): Promise<void>;
}

export interface ProxyOptions {
  /** `user:password` that it wants. */
  credentials?: string;
  /** Accepts connections and then says nothing. */
  isStalling?: boolean;
  /** Refuses every request, over HTTP with this status. */
  refusal?: number;
  /** What names it resolves to; all others are left to the system. */
  hosts?: Readonly<Record<string, string>>;
}

/** Starts an HTTP proxy for CONNECT, which speaks TLS if it has a certificate. */
export function startHttpProxy(
  options: ProxyOptions & { tls?: { cert: string; key: string } } = {},
): Promise<TestProxy> {
  const { credentials, isStalling, refusal, tls } = options;
  const server = tls ? createHttpsServer(tls) : createHttpServer();
  const proxy = begin(server, options);
  const basic = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  server.on('connect', (request, socket: Socket) => {
    proxy.asked.push(request.url ?? '');
    if (isStalling) return;
    if (basic && request.headers['proxy-authorization'] !== basic) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
    } else if (refusal) {
      socket.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 0\r\n\r\n`);
    } else {
      proxy.join(socket, request.url ?? '', (isOpen) => {
        if (isOpen) socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        else socket.end('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n');
      });
    }
  });
  return proxy.listen();
}

/** Starts a SOCKS 5 proxy (RFC 1928, RFC 1929). */
export function startSocksProxy(options: ProxyOptions = {}): Promise<TestProxy> {
  const { credentials, isStalling, refusal } = options;
  const server = createServer();
  const proxy = begin(server, options);
  server.on('connection', (socket) => {
    if (isStalling) return;
    const read = packetReader(socket);
    void (async () => {
      const [, methods = 0] = await read(2);
      const offered = await read(methods);
      const method = credentials ? 2 : 0;
      if (!offered.includes(method)) return socket.end(Buffer.from([5, 255]));
      socket.write(Buffer.from([5, method]));
      if (credentials) {
        const [, nameLength = 0] = await read(2);
        const name = await read(nameLength);
        const [passwordLength = 0] = await read(1);
        const password = await read(passwordLength);
        const isRight = `${name}:${password}` === credentials;
        socket.write(Buffer.from([1, isRight ? 0 : 1]));
        if (!isRight) return socket.end();
      }
      const [, , , kind] = await read(4);
      const length = kind === 3 ? ((await read(1))[0] ?? 0) : kind === 1 ? 4 : 16;
      const host = await read(length);
      const port = (await read(2)).readUInt16BE();
      const name = kind === 3 ? host.toString() : addressOf(host);
      const authority = `${name}:${port}`;
      proxy.asked.push(authority);
      const reply = (code: number) => Buffer.from([5, code, 0, 1, 0, 0, 0, 0, 0, 0]);
      if (refusal) return socket.end(reply(2));
      proxy.join(socket, authority, (isOpen) => {
        if (isOpen) socket.write(reply(0));
        else socket.end(reply(5));
      });
    })();
  });
  return proxy.listen();
}

function begin(server: Server, { hosts = {} }: ProxyOptions) {
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  };
  const proxy: TestProxy = {
    port: 0,
    asked: [],
    connections: 0,
    async stop() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  server.on('connection', (socket: Socket) => {
    proxy.connections += 1;
    keep(socket);
  });
  return {
    asked: proxy.asked,
    /** Connects a client with what it asked for, and lets both talk after `onResult`. */
    join(socket: Socket, authority: string, onResult: (isOpen: boolean) => void) {
      socket.on('error', () => {});
      const at = authority.lastIndexOf(':');
      const name = authority.slice(0, at).replace(/^\[|\]$/g, '');
      const upstream = connect(Number(authority.slice(at + 1)), hosts[name] ?? name);
      keep(upstream);
      upstream.once('error', () => onResult(false));
      upstream.once('connect', () => {
        upstream.removeAllListeners('error').on('error', () => socket.destroy());
        onResult(true);
        socket.pipe(upstream).pipe(socket);
        socket.once('close', () => upstream.destroy());
        upstream.once('close', () => socket.destroy());
      });
    },
    async listen(): Promise<TestProxy> {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      proxy.port = (server.address() as AddressInfo).port;
      return proxy;
    },
  };
}

/** Reads exactly as many bytes as asked for; nothing more is taken from the socket. */
function packetReader(socket: Socket): (length: number) => Promise<Buffer> {
  return async (length) => {
    if (length === 0) return Buffer.alloc(0);
    for (;;) {
      const bytes: unknown = socket.read(length);
      if (Buffer.isBuffer(bytes)) return bytes;
      await once(socket, 'readable');
    }
  };
}

function addressOf(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, at) => bytes.readUInt16BE(2 * at).toString(16));
  return groups.join(':');
}
