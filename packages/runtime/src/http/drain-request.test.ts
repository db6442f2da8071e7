import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { Readable } from 'node:stream';
import { expect, onTestFinished, test } from 'vitest';
import { serveHttp } from './serve-http.ts';

const answerEarly: RequestListener = (_request, response) => void response.end('early');

/** A connection to a server that answers with `listener`, and what arrived on it. */
async function open(listener = answerEarly, drainLimits = { bytes: 10_000_000, ms: 10_000 }) {
  const asked: string[] = [];
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    drainLimits,
    listener(request, response) {
      asked.push(request.url ?? '');
      if (request.url === '/next') response.end('the next answer');
      else listener(request, response);
    },
  });
  onTestFinished(() => server.close(0));
  const socket = connect(server.port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('error', () => {});
  // Unlike `once`, it accepts a reset as the end.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('data', (bytes) => {
    text += bytes;
  });
  const until = async (wanted: string) => {
    while (!text.includes(wanted)) await once(socket, 'data');
  };
  return { socket, asked, closed, until, text: () => text };
}

const post = (length: number) => `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`;
const next = 'GET /next HTTP/1.1\r\nHost: x\r\n\r\n';

const early: [string, RequestListener][] = [
  ['that nobody read', answerEarly],
  [
    'that was partly read',
    (request, response) =>
      void request.once('data', () => {
        request.pause();
        response.end('early');
      }),
  ],
  [
    'that a web stream holds back',
    (request, response) => {
      Readable.toWeb(request);
      response.end('early');
    },
  ],
];

test.each(early)('a body %s is dropped, and the next request is answered', async (_, listener) => {
  const { socket, until } = await open(listener);
  socket.write(post(1_000_000));
  socket.write('x'.repeat(500_000));
  await until('early');
  socket.write('x'.repeat(500_000) + next);
  await until('the next answer');
});

test('a chunked body is dropped too, on any number of requests', async () => {
  const { socket, text } = await open();
  const body = `10000\r\n${'x'.repeat(0x10000)}\r\n`.repeat(5);
  for (let round = 1; round <= 12; round += 1) {
    socket.write(`PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${body}0\r\n\r\n`);
    socket.write(next);
    while (text().split('the next answer').length <= round) await once(socket, 'data');
  }
});

test('above the limit of bytes the connection is closed', async () => {
  const { socket, closed, until } = await open(answerEarly, { bytes: 100_000, ms: 10_000 });
  socket.write(post(10_000_000));
  await until('early');
  socket.write('x'.repeat(200_000));
  await closed;
});

test('above the limit of time the connection is closed', async () => {
  const { socket, closed, until } = await open(answerEarly, { bytes: 10_000_000, ms: 100 });
  socket.write(post(1_000_000));
  await until('early');
  const drip = setInterval(() => socket.write('x'), 10);
  await closed;
  clearInterval(drip);
});

test('a destroyed request closes its connection', async () => {
  const { socket, closed, until } = await open((request, response) => {
    // A pipeline from it does this when it breaks.
    Object.assign(request, { socket: null });
    request.destroy();
    response.end('early');
  });
  socket.write(post(1_000_000));
  await until('early');
  await closed;
});

test('a client that keeps sending gets an answer that closes the connection', async () => {
  const { socket, asked, closed, text } = await open((_request, response) => {
    response.writeHead(413, { connection: 'close' }).end('too large');
  });
  socket.write(post(4_000_000));
  for (let sent = 0; sent < 4_000_000; sent += 100_000) socket.write('x'.repeat(100_000));
  socket.write(next);
  await closed;
  expect(text()).toMatch(/^HTTP\/1\.1 413 [\s\S]*too large/);
  expect(asked).toEqual(['/']);
});

test('after a request for another protocol the connection is closed', async () => {
  const { socket, closed, text } = await open();
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n');
  socket.write('Content-Length: 2\r\n\r\nxx');
  await closed;
  expect(text()).toMatch(/connection: close[\s\S]*early$/i);
});
