import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveHttp } from '../src/http/serve-http.ts';

/** A server of a protocol that answers `hello` and sends back what it gets. */
async function openServer() {
  let drained = 0;
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    listener: (request, response) => {
      if (request.url !== '/never') response.end(`plain ${request.url}`);
    },
    upgrades: {
      accepts: ({ url }: IncomingMessage) => url !== '/plain',
      handle(request, response, head) {
        if (request.url === '/refused') {
          response.writeHead(401).end('no');
          return;
        }
        const { socket } = request;
        response.detachSocket(socket);
        socket.write('HTTP/1.1 101 Switching\r\n\r\nhello');
        socket.write(head);
        socket.on('data', (bytes) => socket.write(bytes));
      },
      drain: () => {
        drained += 1;
      },
    },
  });
  let isClosed = false;
  const close = async (graceMs: number) => {
    if (!isClosed) await server.close(graceMs);
    isClosed = true;
  };
  onTestFinished(() => close(0));
  return { port: server.port, close, drained: () => drained };
}

function ask(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (bytes) => {
    received += bytes;
  });
  socket.on('error', () => {});
  socket.write(text);
  onTestFinished(() => void socket.destroy());
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
  return { socket, closed, received: () => received };
}

const wanting = (path: string) =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n`;

test('a connection changes its protocol, with the bytes that came right behind the request', async () => {
  const { port } = await openServer();
  const { socket, received } = ask(port, `${wanting('/')}early `);
  await expect.poll(received).toContain('helloearly ');
  socket.write('late');
  await expect.poll(received).toContain('helloearly late');
});

test('a refused change gets an answer, and its connection is closed', async () => {
  const { port } = await openServer();
  const answer = await ask(port, wanting('/refused')).closed;
  expect(answer).toMatch(/^HTTP\/1\.1 401 .*connection: close.*no/is);
});

test('a change that is not accepted is served like any other request', async () => {
  const { port } = await openServer();
  expect(await ask(port, wanting('/plain')).closed).toMatch(/200 OK.*plain \/plain/s);
});

test('two Host headers are refused here too', async () => {
  const { port } = await openServer();
  const text = wanting('/').replace('Host: x', 'Host: x\r\nHost: y');
  expect(await ask(port, text).closed).toContain('400 Bad Request');
});

test('one that is pipelined behind an unfinished answer ends its connection', async () => {
  const { port } = await openServer();
  const text = `GET /never HTTP/1.1\r\nHost: x\r\n\r\n${wanting('/')}`;
  expect(await ask(port, text).closed).toBe('');
  expect(await ask(port, wanting('/plain')).closed).toContain('plain');
});

test('closing the server drains the changed connections and then cuts them off', async () => {
  const { port, close, drained } = await openServer();
  const { closed, received } = ask(port, wanting('/'));
  await expect.poll(received).toContain('hello');
  await close(50);
  expect(drained()).toBe(1);
  await closed;
});
