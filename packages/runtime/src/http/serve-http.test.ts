import { Agent, type RequestListener, request } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type HttpOptions, serveHttp } from './serve-http.ts';

async function open() {
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    listener: (_request, response) => void response.end('ok'),
  });
  const agent = new Agent({ keepAlive: true });
  onTestFinished(() => agent.destroy());
  const ask = () =>
    new Promise<{ connection: string | undefined; isReused: boolean }>((resolve, reject) => {
      const sent = request({ agent, host: '127.0.0.1', port: server.port }, (response) => {
        response
          .resume()
          .on('end', () =>
            resolve({ connection: response.headers.connection, isReused: sent.reusedSocket }),
          );
      });
      sent.on('error', reject).end();
    });
  return { server, ask };
}

test('without keep-alive the server still answers, and closes each connection', async () => {
  const { server, ask } = await open();
  onTestFinished(() => server.close(0));
  await ask();
  expect(await ask()).toEqual({ connection: 'keep-alive', isReused: true });
  server.stopKeepAlive();
  expect(await ask()).toEqual({ connection: 'close', isReused: true });
  expect(await ask()).toEqual({ connection: 'close', isReused: false });
});

test("a closed server rejects connections, and closing doesn't wait for idle ones", async () => {
  const { server, ask } = await open();
  await ask();
  await server.close(60_000);
  await expect(ask()).rejects.toThrow();
});

test('a client that sends its request too slowly is cut off, and the others are served', async () => {
  const timeouts = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
  const listener: RequestListener = (request, response) => {
    request.resume();
    request.on('end', () => response.end('served'));
    request.on('error', () => {});
  };
  const server = await serveHttp({ port: 0, host: '127.0.0.1', listener, timeouts });
  onTestFinished(() => server.close(0));
  const openings = [
    'GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ',
    'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n',
  ];
  const ends = openings.flatMap((opening) => [
    dripping(server.port, opening),
    dripping(server.port, opening),
  ]);
  expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('served');
  for (const answer of await Promise.all(ends)) expect(answer).toMatch(/^HTTP\/1\.1 408 /);
});

/** Sends a byte now and then until the connection closes. Resolves to the answer. */
async function dripping(port: number, opening: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  socket.on('error', () => {});
  // Unlike `once`, it accepts a reset as the end.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(opening);
  const drip = setInterval(() => socket.write('x'), 20);
  await closed;
  clearInterval(drip);
  return answer;
}

/** Sends these bytes to a server that answers every request with its URL. Resolves to all it sent. */
async function say(text: string, refuse?: HttpOptions['refuse']) {
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    refuse,
    listener: (request, response) => void response.end(`served ${request.url}`),
  });
  onTestFinished(() => server.close(0));
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('error', () => {});
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  // The last request closes the connection, unless a bad request has closed it.
  socket.write(`${text}GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  await closed;
  return answer;
}

const faults = [
  ['two hosts', 'Host: a\r\nHost: b\r\n', 'more than one Host'],
  ['one host twice', 'Host: a\r\nhost: a\r\n', 'more than one Host'],
  ['no host', '', 'no Host'],
  ['a different coding', 'Host: a\r\nTransfer-Encoding: gzip, chunked\r\n', 'Transfer-Encoding'],
];

test.each(faults)(
  '%s: a 400 that says so and closes the connection',
  async (_, headers, sentence) => {
    const answer = await say(`POST /bad HTTP/1.1\r\n${headers}\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    expect(answer).toMatch(/connection: close/i);
    expect(answer).toContain('{"detail":"');
    expect(answer).toContain(sentence);
    expect(answer).not.toContain('served');
  },
);

test('a service may reject requests in its own format', async () => {
  const answer = await say('GET / HTTP/1.1\r\n\r\n', (_request, response, fault) => {
    response.end(`no: ${fault}`);
    return true;
  });
  expect(answer).toContain('no: the request has no Host header');
});

test('an HTTP/1.0 client needs no Host header', async () => {
  expect(await say('GET /old HTTP/1.0\r\n\r\n')).toContain('served /old');
});

test('below a base path, a request for another protocol is judged without that path', async () => {
  const judged: string[] = [];
  const server = await serveHttp({
    ...{ port: 0, host: '127.0.0.1', basePath: '/monitor/' },
    listener: ({ url }, response) => void response.end(url),
    upgrades: {
      accepts: ({ url = '' }) => judged.push(url) < 0,
      handle() {},
      drain() {},
    },
  });
  onTestFinished(() => server.close(0));
  const headers = { connection: 'Upgrade', upgrade: 'websocket' };
  const answer = await new Promise<string>((resolve, reject) => {
    const path = '/monitor/v1/realtime';
    const sent = request({ ...{ host: '127.0.0.1', port: server.port }, path, headers }, (got) => {
      got.setEncoding('utf8').on('data', resolve);
    });
    sent.on('error', reject).end();
  });
  expect([judged, answer]).toEqual([['/v1/realtime'], '/v1/realtime']);
});
