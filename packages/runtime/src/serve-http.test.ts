import { Agent, request } from 'node:http';
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
