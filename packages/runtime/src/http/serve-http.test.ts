import { Agent, type RequestListener, request } from 'node:http';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { serveHttp } from './serve-http.ts';

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

test('a server that lets go still answers, and keeps no connection', async () => {
  const { server, ask } = await open();
  onTestFinished(() => server.close(0));
  await ask();
  expect(await ask()).toEqual({ connection: 'keep-alive', isReused: true });
  server.letGo();
  expect(await ask()).toEqual({ connection: 'close', isReused: true });
  expect(await ask()).toEqual({ connection: 'close', isReused: false });
});

test('a closed server refuses, and does not wait for idle connections', async () => {
  const { server, ask } = await open();
  await ask();
  await server.close(60_000);
  await expect(ask()).rejects.toThrow();
});

test('a client that sends its request in drips is sent away, and the others are served', async () => {
  const patience = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
  const listener: RequestListener = (request, response) => {
    request.resume();
    request.on('end', () => response.end('served'));
    request.on('error', () => {});
  };
  const server = await serveHttp({ port: 0, host: '127.0.0.1', listener, patience });
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

/** Sends a byte now and then, for as long as it is let; resolves to what it got. */
async function dripping(port: number, opening: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (bytes) => {
    answer += bytes;
  });
  socket.on('error', () => {});
  // Unlike `once` it takes a reset for an end.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(opening);
  const drip = setInterval(() => socket.write('x'), 20);
  await closed;
  clearInterval(drip);
  return answer;
}
