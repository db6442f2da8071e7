import { lookup } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { UpstreamTarget } from '@api-monitor/core';
import { afterEach, expect, test } from 'vitest';
import type { AnswerHandler, AnswerSource } from './answer-handler.ts';
import { createChannelDispatch, type DispatchRequest } from './channel-dispatch.ts';
import { createAddressGuard } from './guard-address.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A server that is told of each connection, and counts them. */
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
  return { sockets, channel: channelAt(`http://127.0.0.1:${port}`) };
}

const channelAt = (baseUrl: string, apiKey = 'sk-of-the-channel'): UpstreamTarget => ({
  id: 1,
  baseUrl,
  apiKey,
  verifySsl: true,
});

function dispatchForTest(allowPrivate: 'on' | 'off' = 'on') {
  const dispatch = createChannelDispatch(createAddressGuard(allowPrivate), lookup, '1.1 tester');
  closers.push(() => dispatch.close());
  return dispatch;
}

function bodyOf(...pieces: Buffer[]) {
  return { pieces, hold: () => () => {} };
}

const asked: DispatchRequest = {
  path: '/v1/x',
  headers: ['content-type', 'application/json'],
  keyHeader: 'x-api-key',
  body: bodyOf(Buffer.from('{"a":'), Buffer.from('1}')),
};

/** Keeps what it is told of. */
class Listener implements AnswerHandler {
  isOver = false;
  source: AnswerSource | null = null;
  status = 0;
  body = '';
  ends = 0;
  faults: { message: string; isStale: boolean }[] = [];
  onSent(source: AnswerSource) {
    this.source = source;
  }
  onHead(status: number) {
    this.status = status;
  }
  onBytes(bytes: Buffer) {
    this.body += bytes.toString();
  }
  onRead() {}
  onEnd() {
    this.ends += 1;
  }
  onFault({ message }: Error, isStale: boolean) {
    this.faults.push({ message, isStale });
  }
  get isDone() {
    return this.ends + this.faults.length > 0;
  }
}

const answer = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

async function ask(
  dispatch: ReturnType<typeof dispatchForTest>,
  channel: UpstreamTarget,
  request = asked,
) {
  const listener = new Listener();
  dispatch.post(channel, request, listener);
  await expect.poll(() => listener.isDone).toBe(true);
  return listener;
}

test('a request goes up with the channel’s key, in one piece, and its connection is kept', async () => {
  const requests: string[] = [];
  const { channel, sockets } = await listenForTest((socket) =>
    socket.on('data', (bytes) => {
      requests.push(bytes.toString());
      socket.write(answer('hello'));
    }),
  );
  const dispatch = dispatchForTest();
  const { port } = new URL(channel.baseUrl);
  for (let round = 0; round < 3; round += 1) {
    expect(await ask(dispatch, channel)).toMatchObject({ status: 200, body: 'hello', ends: 1 });
  }
  expect(sockets).toHaveLength(1);
  expect(requests).toHaveLength(3);
  expect(requests[0]).toBe(
    `POST /v1/x HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\nconnection: keep-alive\r\nauthorization: Bearer sk-of-the-channel\r\nx-api-key: sk-of-the-channel\r\ncontent-type: application/json\r\nvia: 1.1 tester\r\ncontent-length: 7\r\n\r\n{"a":1}`,
  );
});

test('a large body arrives whole', async () => {
  let received = 0;
  const large = Buffer.alloc(3_000_000, 'x');
  const { channel } = await listenForTest((socket) =>
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received > large.length) socket.write(answer('ok'));
    }),
  );
  const body = bodyOf(Buffer.from('"'), large);
  expect(await ask(dispatchForTest(), channel, { ...asked, body })).toMatchObject({ body: 'ok' });
});

test('a connection is kept after a large body too', async () => {
  const large = Buffer.alloc(300_000, 'x');
  const { channel, sockets } = await listenForTest((socket) => {
    let received = 0;
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received < large.length) return;
      received = 0;
      socket.write(answer('ok'));
    });
  });
  const dispatch = dispatchForTest();
  for (let round = 0; round < 20; round += 1) {
    await ask(dispatch, channel, { ...asked, body: bodyOf(Buffer.from('"'), large) });
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(sockets).toHaveLength(1);
});

/** A large body that knows who holds it. */
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

test('a body is held until the channel has read it, however early the channel answers', async () => {
  const { channel, sockets } = await listenForTest((socket) => {
    socket.pause();
    socket.write('HTTP/1.1 200 OK\r\n\r\nthe answer begins');
  });
  const { state, body } = largeBody();
  const listener = new Listener();
  dispatchForTest().post(channel, { ...asked, body }, listener);
  await expect.poll(() => listener.body).toBe('the answer begins');
  expect(state).toEqual({ holds: 1, isHeld: true });
  sockets[0]?.resume();
  await expect.poll(() => state.isHeld).toBe(false);
});

test('a body is let go when its connection ends', async () => {
  const { channel } = await listenForTest((socket) => socket.pause());
  const { state, body } = largeBody();
  const listener = new Listener();
  dispatchForTest().post(channel, { ...asked, body }, listener);
  await expect.poll(() => state.isHeld).toBe(true);
  listener.source?.abort(listener);
  await expect.poll(() => state.isHeld).toBe(false);
});

test('requests at once have connections of their own', async () => {
  const { channel, sockets } = await listenForTest((socket) =>
    socket.on('data', () => setTimeout(() => socket.write(answer('ok')), 30)),
  );
  const dispatch = dispatchForTest();
  await Promise.all([ask(dispatch, channel), ask(dispatch, channel), ask(dispatch, channel)]);
  expect(sockets).toHaveLength(3);
});

test('a kept connection that the server closed under the request is told as stale', async () => {
  const { channel } = await listenForTest((socket) => {
    let count = 0;
    socket.on('data', () => {
      count += 1;
      if (count === 1) socket.write(answer('ok'));
      else socket.destroy();
    });
  });
  const dispatch = dispatchForTest();
  await ask(dispatch, channel);
  expect(await ask(dispatch, channel)).toMatchObject({ ends: 0, faults: [{ isStale: true }] });
});

test('a new connection that is closed is the channel’s fault, and so is half an answer', async () => {
  const { channel } = await listenForTest((socket, number) =>
    socket.on('data', () => {
      if (number === 1) socket.destroy();
      else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf');
    }),
  );
  const dispatch = dispatchForTest();
  expect(await ask(dispatch, channel)).toMatchObject({ faults: [{ isStale: false }] });
  expect(await ask(dispatch, channel)).toMatchObject({
    body: 'half',
    faults: [{ message: 'ANSWER_CUT', isStale: false }],
  });
});

test('an idle connection that is closed, or that speaks unasked, is not used again', async () => {
  const { channel, sockets } = await listenForTest((socket) =>
    socket.on('data', () => socket.write(answer('ok'))),
  );
  const dispatch = dispatchForTest();
  await ask(dispatch, channel);
  const closed = once(sockets[0] as Socket, 'close');
  sockets[0]?.write('HTTP/1.1 408 Request Timeout\r\n\r\n');
  await closed;
  await ask(dispatch, channel);
  expect(sockets).toHaveLength(2);
});

test('a handler whose answer has ended can do nothing to the next one', async () => {
  const { channel, sockets } = await listenForTest((socket) =>
    socket.on('data', () => socket.write(answer('ok'))),
  );
  const dispatch = dispatchForTest();
  const first = await ask(dispatch, channel);
  const second = new Listener();
  dispatch.post(channel, asked, second);
  first.source?.abort(first);
  first.source?.pause(first);
  await expect.poll(() => second.ends).toBe(1);
  expect(sockets).toHaveLength(1);
});

test('an aborted request ends its connection and is told of nothing', async () => {
  const { channel, sockets } = await listenForTest(() => {});
  const listener = new Listener();
  dispatchForTest().post(channel, asked, listener);
  await expect.poll(() => sockets.length).toBe(1);
  const closed = once(sockets[0] as Socket, 'close');
  sockets[0]?.resume();
  listener.source?.abort(listener);
  await closed;
  expect(listener.isDone).toBe(false);
});

test('a request that was given up before its connection came is not sent', async () => {
  const { channel, sockets } = await listenForTest((socket) =>
    socket.on('data', () => socket.write(answer('ok'))),
  );
  const dispatch = dispatchForTest();
  const listener = new Listener();
  listener.isOver = true;
  dispatch.post(channel, asked, listener);
  await expect.poll(() => sockets.length).toBe(1);
  await ask(dispatch, channel);
  expect(sockets).toHaveLength(1);
  expect(listener.source).toBeNull();
});

test('an answer that came before its request had left is the last of its connection', async () => {
  const { channel, sockets } = await listenForTest((socket, number) => {
    if (number > 1) socket.on('data', () => socket.write(answer('ok')));
    else socket.once('data', () => socket.pause().write(answer('early')));
  });
  const dispatch = dispatchForTest();
  const body = bodyOf(Buffer.alloc(20_000_000));
  expect(await ask(dispatch, channel, { ...asked, body })).toMatchObject({ body: 'early' });
  expect(await ask(dispatch, channel)).toMatchObject({ body: 'ok' });
  expect(sockets).toHaveLength(2);
});

test('a channel that is forgotten keeps no connection, and another one is opened for its next request', async () => {
  const { channel, sockets } = await listenForTest((socket) =>
    socket.on('data', () => socket.write(answer('ok'))),
  );
  const dispatch = dispatchForTest();
  await ask(dispatch, channel);
  const closed = once(sockets[0] as Socket, 'close');
  dispatch.forget(channel.id);
  await closed;
  expect(await ask(dispatch, channel)).toMatchObject({ body: 'ok' });
});

test('addresses that are not allowed are refused, and so is a key that would break the head', async () => {
  const { channel, sockets } = await listenForTest(() => {});
  const refused = await ask(dispatchForTest('off'), channel);
  expect(refused.faults[0]?.message).toMatch(/127\.0\.0\.1|loopback|private/);
  const bad = channelAt(channel.baseUrl, 'sk-a\r\nx-injected: 1');
  expect(await ask(dispatchForTest(), bad)).toMatchObject({
    faults: [{ message: 'UNSENDABLE_KEY' }],
  });
  expect(sockets).toHaveLength(0);
});
