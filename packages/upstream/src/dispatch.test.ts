import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { plainTransport, type UpstreamTarget } from '@api-monitor/core';
import { afterEach, expect, test } from 'vitest';
import type { AnswerHandler, AnswerSource } from './answer/answer-handler.ts';
import { describeFault } from './answer/describe-fault.ts';
import { createUpstream, type DispatchRequest, type Upstream } from './create-upstream.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that calls `onConnection` with each connection and its number, counted from 1. */
async function listenForTest(onConnection: (socket: Socket, number: number) => void) {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket, sockets.push(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { sockets, target: targetAt(`http://127.0.0.1:${port}`) };
}

const targetAt = (baseUrl: string, apiKey = 'sk-of-the-target'): UpstreamTarget => ({
  id: 1,
  baseUrl,
  apiKey,
  ...plainTransport,
});

function upstreamForTest(allowPrivate: 'on' | 'off' = 'on') {
  const upstream = createUpstream({ allowPrivate, via: '1.1 tester' });
  closers.push(() => upstream.close());
  return upstream;
}

function bodyOf(...pieces: Buffer[]) {
  return { pieces, hold: () => () => {} };
}

const asked: DispatchRequest = {
  method: 'POST',
  path: '/v1/x',
  headers: ['content-type', 'application/json'],
  keyHeader: 'x-api-key',
  body: bodyOf(Buffer.from('{"a":'), Buffer.from('1}')),
};

/** Keeps what it receives. */
class Listener implements AnswerHandler {
  readonly source: AnswerSource;
  status = 0;
  body = '';
  ends = 0;
  faults: string[] = [];

  constructor(upstream: Upstream, target: UpstreamTarget, request: DispatchRequest) {
    this.source = upstream.dispatch(target, request, this);
  }
  onHead(status: number) {
    this.status = status;
  }
  onBytes(bytes: Buffer) {
    this.body += bytes.toString();
  }
  onEnd() {
    this.ends += 1;
  }
  onFault(error: Error) {
    this.faults.push(describeFault(error).message);
  }
  get isDone() {
    return this.ends + this.faults.length > 0;
  }
}

const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

async function ask(upstream: Upstream, target: UpstreamTarget, request = asked) {
  const listener = new Listener(upstream, target, request);
  await expect.poll(() => listener.isDone).toBe(true);
  return listener;
}

test('a request is sent with the target’s key, in one piece, and its connection is kept', async () => {
  const requests: string[] = [];
  const { target, sockets } = await listenForTest((socket) =>
    socket.on('data', (bytes) => {
      requests.push(bytes.toString());
      socket.write(answer('hello'));
    }),
  );
  const upstream = upstreamForTest();
  const { port } = new URL(target.baseUrl);
  for (let round = 0; round < 3; round += 1) {
    expect(await ask(upstream, target)).toMatchObject({ status: 200, body: 'hello', ends: 1 });
  }
  expect(sockets).toHaveLength(1);
  expect(requests).toHaveLength(3);
  expect(requests[0]).toBe(
    `POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\nauthorization: Bearer sk-of-the-target\r\nx-api-key: sk-of-the-target\r\ncontent-type: application/json\r\nvia: 1.1 tester\r\ncontent-length: 7\r\n\r\n{"a":1}`,
  );
});

test('a large body arrives whole', async () => {
  let received = 0;
  const large = Buffer.alloc(3_000_000, 'x');
  const { target } = await listenForTest((socket) =>
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received > large.length) socket.write(answer('ok'));
    }),
  );
  const body = bodyOf(Buffer.from('"'), large);
  expect(await ask(upstreamForTest(), target, { ...asked, body })).toMatchObject({ body: 'ok' });
});

test('a connection is kept after a large body too', async () => {
  const large = Buffer.alloc(300_000, 'x');
  const { target, sockets } = await listenForTest((socket) => {
    let received = 0;
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received < large.length) return;
      received = 0;
      socket.write(answer('ok'));
    });
  });
  const upstream = upstreamForTest();
  for (let round = 0; round < 20; round += 1) {
    await ask(upstream, target, { ...asked, body: bodyOf(Buffer.from('"'), large) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sockets).toHaveLength(1);
});

/** A large body that records whether it is held. */
function largeBody() {
  const state = { holds: 0, isHeld: false };
  const hold = () => {
    state.holds += 1;
    state.isHeld = true;
    return () => {
      state.isHeld = false;
    };
  };
  return { state, body: { pieces: [Buffer.alloc(12_000_000, 'x')], hold } };
}

test('a body is held until the target has read it, however early the target answers', async () => {
  const { target, sockets } = await listenForTest((socket) => {
    socket.pause();
    socket.write('HTTP/1.1 200 OK\r\n\r\nthe answer begins');
  });
  const { state, body } = largeBody();
  const listener = new Listener(upstreamForTest(), target, { ...asked, body });
  await expect.poll(() => listener.body).toBe('the answer begins');
  expect(state).toEqual({ holds: 1, isHeld: true });
  sockets[0]?.resume();
  await expect.poll(() => state.isHeld).toBe(false);
});

test('a body is released when its connection ends', async () => {
  const { target } = await listenForTest((socket) => socket.pause());
  const { state, body } = largeBody();
  const listener = new Listener(upstreamForTest(), target, { ...asked, body });
  await expect.poll(() => state.isHeld).toBe(true);
  listener.source.abort();
  await expect.poll(() => state.isHeld).toBe(false);
});

test('simultaneous requests have a connection each', async () => {
  const { target, sockets } = await listenForTest((socket) =>
    socket.on('data', () => setTimeout(() => socket.write(answer('ok')), 30)),
  );
  const upstream = upstreamForTest();
  await Promise.all([ask(upstream, target), ask(upstream, target), ask(upstream, target)]);
  expect(sockets).toHaveLength(3);
});

test('a new connection that is closed is a fault, and so is half an answer', async () => {
  const { target } = await listenForTest((socket, number) =>
    socket.on('data', () => {
      if (number === 1) socket.destroy();
      else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    }),
  );
  const upstream = upstreamForTest();
  const faults = ['connection closed before the answer ended'];
  expect(await ask(upstream, target)).toMatchObject({ faults });
  expect(await ask(upstream, target)).toMatchObject({ body: 'half', faults });
});

test('an idle connection on which the server sends unrequested data is closed', async () => {
  const { target, sockets } = await listenForTest((socket) =>
    socket.on('data', () => socket.write(answer('ok'))),
  );
  const upstream = upstreamForTest();
  await ask(upstream, target);
  const closed = once(sockets[0] as Socket, 'close');
  sockets[0]?.write('HTTP/1.1 408 Request Timeout\r\n\r\n');
  await closed;
  await ask(upstream, target);
  expect(sockets).toHaveLength(2);
});

test('a handler whose answer has ended can do nothing to the next one', async () => {
  const { target, sockets } = await listenForTest((socket) =>
    socket.on('data', () => socket.write(answer('ok'))),
  );
  const upstream = upstreamForTest();
  const first = await ask(upstream, target);
  const second = new Listener(upstream, target, asked);
  first.source.abort();
  first.source.pause();
  await expect.poll(() => second.ends).toBe(1);
  expect(sockets).toHaveLength(1);
});

test("an aborted request ends its connection, and its handler isn't called again", async () => {
  const { target, sockets } = await listenForTest(() => {});
  const listener = new Listener(upstreamForTest(), target, asked);
  await expect.poll(() => sockets.length).toBe(1);
  const closed = once(sockets[0] as Socket, 'close');
  sockets[0]?.resume();
  listener.source.abort();
  await closed;
  expect(listener.isDone).toBe(false);
});

test('a request that is aborted before its connection is open is not sent', async () => {
  let received = 0;
  const { target, sockets } = await listenForTest((socket) =>
    socket.on('data', () => {
      received += 1;
      socket.write(answer('ok'));
    }),
  );
  const upstream = upstreamForTest();
  const listener = new Listener(upstream, target, asked);
  listener.source.abort();
  await expect.poll(() => sockets.length).toBe(1);
  await ask(upstream, target);
  expect(sockets).toHaveLength(1);
  expect(received).toBe(1);
  expect(listener.isDone).toBe(false);
});

test('an answer that comes before its request has left is the last one of its connection', async () => {
  const { target, sockets } = await listenForTest((socket, number) => {
    if (number > 1) socket.on('data', () => socket.write(answer('ok')));
    else socket.once('data', () => socket.pause().write(answer('early')));
  });
  const upstream = upstreamForTest();
  const body = bodyOf(Buffer.alloc(20_000_000));
  expect(await ask(upstream, target, { ...asked, body })).toMatchObject({ body: 'early' });
  expect(await ask(upstream, target)).toMatchObject({ body: 'ok' });
  expect(sockets).toHaveLength(2);
});

test('a forgotten target’s connection is closed, and a new one is opened for its next request', async () => {
  const { target, sockets } = await listenForTest((socket) =>
    socket.on('data', () => socket.write(answer('ok'))),
  );
  const upstream = upstreamForTest();
  await ask(upstream, target);
  const closed = once(sockets[0] as Socket, 'close');
  upstream.forget(target.id);
  await closed;
  expect(await ask(upstream, target)).toMatchObject({ body: 'ok' });
});

test('addresses that are not allowed are refused', async () => {
  const { target, sockets } = await listenForTest(() => {});
  const refused = await ask(upstreamForTest('off'), target);
  expect(refused.faults[0]).toMatch(/127\.0\.0\.1|loopback|private/);
  expect(sockets).toHaveLength(0);
});

test.each(['PATCH', 'DELETE', 'GET'] as const)(
  'a %s without a body has none, and is repeated elsewhere only if it changes nothing',
  async (method) => {
    const heads: string[] = [];
    const { target } = await listenForTest((socket) => {
      socket.on('data', (bytes) => {
        heads.push(bytes.toString());
        const moved = 'HTTP/1.1 302 Found\r\nLocation: /v1/y\r\nContent-Length: 0\r\n\r\n';
        socket.write(bytes.includes('/v1/x') ? moved : answer('moved'));
      });
    });
    const got = await ask(upstreamForTest(), target, { ...asked, method, body: null });
    expect(heads[0]).toMatch(new RegExp(`^${method} /v1/x HTTP/1.1`));
    expect(heads[0]).not.toMatch(/content-length: [1-9]|transfer-encoding/i);
    expect([got.status, heads.length]).toEqual(method === 'GET' ? [200, 2] : [302, 1]);
  },
);
