import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { plainTransport, type UpstreamRequest, type UpstreamTarget } from '@api-monitor/core';
import { afterEach, expect, test } from 'vitest';
import { createUpstream, type Upstream } from './create-upstream.ts';

const closers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

const get: UpstreamRequest = {
  method: 'GET',
  path: '/v1/models',
  headers: {},
  keyHeader: null,
  body: null,
};
const post: UpstreamRequest = { ...get, method: 'POST', path: '/v1/messages', body: '{"a":1}' };

async function originOf(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const serve = (listener: RequestListener) => originOf(createServer(listener));

function upstreamWith(allowPrivate: 'on' | 'off' | string[] = 'on'): Upstream {
  const upstream = createUpstream({ allowPrivate, via: '1.1 tester' });
  closers.push(() => upstream.close());
  return upstream;
}

const targetAt = (baseUrl: string): UpstreamTarget => ({
  id: 1,
  baseUrl,
  apiKey: 'sk-test-key-0123456789',
  ...plainTransport,
});

test('an answer comes whole, and each piece of it as it arrives', async () => {
  const origin = await serve((_request, response) => {
    response.write('first ');
    setTimeout(() => response.end('second'), 20);
  });
  const pieces: string[] = [];
  const exchange = await upstreamWith().exchange(targetAt(origin), get, {
    timeoutMs: 5000,
    onText: (text) => {
      pieces.push(text);
      return 'under_way';
    },
  });
  expect(exchange).toMatchObject({ answered: true, status: 200, body: 'first second', cut: null });
  expect(pieces).toEqual(['first ', 'second']);
});

test('a request has the base path, the key as a bearer and in its own header, and our Via', async () => {
  const seen: unknown[] = [];
  const origin = await serve((request, response) => {
    seen.push(
      request.url,
      request.headers.authorization,
      request.headers['x-api-key'],
      request.headers.via,
    );
    response.end('{}');
  });
  const request: UpstreamRequest = { ...post, keyHeader: 'x-api-key' };
  await upstreamWith().exchange(targetAt(`${origin}/relay/a`), request, { timeoutMs: 5000 });
  const key = 'sk-test-key-0123456789';
  expect(seen).toEqual(['/relay/a/v1/messages', `Bearer ${key}`, key, '1.1 tester']);
});

test('a target’s own user agent replaces the one of probes', async () => {
  const seen: unknown[] = [];
  const origin = await serve((request, response) => {
    seen.push(request.rawHeaders.filter((_, at, all) => /^user-agent$/i.test(all[at - 1] ?? '')));
    response.end('{}');
  });
  const upstream = upstreamWith();
  const plain = targetAt(origin);
  for (const userAgent of ['relay-client/1.0 (a b)', null]) {
    await upstream.exchange({ ...plain, userAgent }, post, { timeoutMs: 5000 });
  }
  expect(seen).toEqual([['relay-client/1.0 (a b)'], [expect.stringContaining('Mozilla')]]);
});

test('a request on a connection that the server has closed is sent once more on a new one', async () => {
  let connections = 0;
  const origin = await originOf(
    createTcpServer((socket) => {
      connections += 1;
      let requests = 0;
      socket.on('error', () => {});
      socket.on('data', () => {
        requests += 1;
        // The server has just closed the connection when the second request arrives.
        if (requests > 1) socket.destroy();
        else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
      });
    }),
  );
  const upstream = upstreamWith();
  const requests: number[] = [];
  for (let i = 0; i < 3; i += 1) {
    const exchange = await upstream.exchange(targetAt(origin), post, { timeoutMs: 5000 });
    expect(exchange).toMatchObject({ answered: true, status: 200, body: 'ok' });
    requests.push(exchange.requests);
  }
  expect(requests[0]).toBe(1);
  expect(requests.slice(1)).toContain(2);
  expect(connections).toBeGreaterThanOrEqual(2);
});

test('a request on a new connection that is closed without an answer is not sent again', async () => {
  let connections = 0;
  const origin = await originOf(
    createTcpServer((socket) => {
      connections += 1;
      socket.on('error', () => {});
      socket.on('data', () => socket.destroy());
    }),
  );
  const exchange = await upstreamWith().exchange(targetAt(origin), post, { timeoutMs: 5000 });
  expect(exchange).toMatchObject({ answered: false, kind: 'network' });
  expect(connections).toBe(1);
});

test('a redirect within the origin is followed, one to another origin is not', async () => {
  const elsewhere: string[] = [];
  const other = await serve((request, response) => {
    elsewhere.push(request.headers.authorization ?? 'none');
    response.end('{}');
  });
  const origin = await serve((request, response) => {
    if (request.url === '/v1/models') response.writeHead(307, { location: '/moved' }).end();
    else if (request.url === '/moved') response.end('here');
    else response.writeHead(307, { location: `${other}/v1/messages` }).end();
  });
  const upstream = upstreamWith();
  const within = await upstream.exchange(targetAt(origin), get, { timeoutMs: 5000 });
  expect(within).toMatchObject({ status: 200, body: 'here', requests: 2 });
  const across = await upstream.exchange(targetAt(origin), post, { timeoutMs: 5000 });
  expect(across).toMatchObject({ answered: true, status: 307, requests: 1 });
  expect(elsewhere).toEqual([]);
});

test('the timeout bounds the whole exchange, even if bytes keep dripping in', async () => {
  const origin = await serve((_request, response) => {
    const drip = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(drip));
  });
  const exchange = await upstreamWith().exchange(targetAt(origin), get, { timeoutMs: 120 });
  expect(exchange).toMatchObject({
    answered: false,
    kind: 'timeout',
    message: 'timed out after 0.12 s',
  });
});

test('an abort by the caller is thrown, not returned as a fault', async () => {
  const origin = await serve(() => {});
  const exchange = upstreamWith().exchange(targetAt(origin), get, {
    timeoutMs: 5000,
    signal: AbortSignal.timeout(50),
  });
  await expect(exchange).rejects.toThrow();
});

test('a body beyond 4 MiB is cut, compressed or not', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const origin = await serve((request, response) => {
    if (request.method === 'GET') response.end(Buffer.alloc(5 * 1024 * 1024, 'a'));
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
  });
  const upstream = upstreamWith();
  for (const request of [get, post]) {
    const exchange = await upstream.exchange(targetAt(origin), request, { timeoutMs: 10_000 });
    expect(exchange).toMatchObject({ answered: true, cut: 'too_long' });
    expect(exchange.answered && exchange.body.length).toBe(4 * 1024 * 1024);
  }
});

test("broken compression isn't reported as a broken connection", async () => {
  const origin = await serve((_request, response) => {
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('this is not gzip');
  });
  const exchange = await upstreamWith().exchange(targetAt(origin), get, { timeoutMs: 5000 });
  expect(exchange).toMatchObject({ answered: true, status: 200, cut: 'undecodable' });
});

test('a metadata address is refused whatever is allowed', async () => {
  const exchange = await upstreamWith('on').exchange(targetAt('http://169.254.169.254'), get, {
    timeoutMs: 5000,
  });
  expect(exchange).toMatchObject({
    answered: false,
    kind: 'network',
    message: 'address not allowed: 169.254.169.254',
  });
});

test('private addresses are refused, in digits or by name, unless they are allowed', async () => {
  const origin = await serve((_request, response) => response.end('{}'));
  const byName = origin.replace('127.0.0.1', 'localhost');
  const closed = upstreamWith('off');
  for (const baseUrl of [origin, byName]) {
    const exchange = await closed.exchange(targetAt(baseUrl), get, { timeoutMs: 5000 });
    expect(exchange.answered).toBe(false);
    expect(exchange).toMatchObject({
      message: expect.stringContaining('private address not allowed'),
    });
  }
  const open = upstreamWith(['127.0.0.0/8', '::1']);
  const exchange = await open.exchange(targetAt(byName), get, { timeoutMs: 5000 });
  expect(exchange).toMatchObject({ answered: true, status: 200 });
});

test.each(['complete', 'over'] as const)(
  'an answer that says it is %s is whole even if the connection stays open',
  async (progress) => {
    const closed: Promise<unknown>[] = [];
    const origin = await serve((_request, response) => {
      closed.push(once(response, 'close'));
      response.write('all there is');
    });
    const exchange = await upstreamWith().exchange(targetAt(origin), get, {
      timeoutMs: 20_000,
      onText: () => progress,
    });
    expect(exchange).toMatchObject({
      answered: true,
      status: 200,
      body: 'all there is',
      cut: null,
    });
    // The wait for more isn't part of the answer.
    expect(exchange.durationS).toBeLessThan(1.5);
    await Promise.all(closed);
  },
);

test('an answer that is complete when its time is up is whole', async () => {
  const origin = await serve((_request, response) => void response.write('all there is'));
  const exchange = await upstreamWith().exchange(targetAt(origin), get, {
    timeoutMs: 300,
    onText: () => 'complete',
  });
  expect(exchange).toMatchObject({ answered: true, body: 'all there is' });
});

test('an answer that ends after its last word leaves its connection to the next request', async () => {
  let connections = 0;
  const server = createServer((_request, response) => {
    response.write('last word');
    setTimeout(() => response.end(' and more'), 20);
  }).on('connection', () => {
    connections += 1;
  });
  const origin = await originOf(server);
  const upstream = upstreamWith();
  for (let count = 0; count < 6; count += 1) {
    const options = { timeoutMs: 5000, onText: () => 'over' as const };
    const exchange = await upstream.exchange(targetAt(origin), get, options);
    expect(exchange).toMatchObject({ answered: true, body: 'last word' });
  }
  // A request in the same turn as the end of the last one may take a second connection.
  expect(connections).toBeLessThanOrEqual(2);
});

test('a target’s own paths are used from the origin’s root, for probes, requests and connections', async () => {
  const asked: string[] = [];
  const origin = await serve(({ url = '' }, response) => {
    asked.push(url);
    response.end('{}');
  });
  const paths = ['list = /api/models', 'anthropic = /own/{model}/messages'];
  const target = { ...targetAt(`${origin}/relay`), paths };
  const upstream = upstreamWith();
  await upstream.exchange(target, get, { timeoutMs: 5000 });
  await upstream.exchange(target, { ...post, model: 'm' }, { timeoutMs: 5000 });
  await upstream.exchange(target, { ...post, path: '/v1/responses' }, { timeoutMs: 5000 });
  expect(asked).toEqual(['/api/models', '/own/m/messages', '/relay/v1/responses']);
  const live = { ...target, paths: ['realtime = /live'] };
  const opened = await upstream.open(live, { path: '/v1/realtime?model=m', headers: [] });
  opened.socket.destroy();
  expect(opened.url.href).toBe(`${origin}/live?model=m`);
});
