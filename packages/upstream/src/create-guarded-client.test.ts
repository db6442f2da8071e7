import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import { startHttpProxy, startSocksProxy } from '@api-monitor/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { noProxies } from './connect/proxy/choose-proxy.ts';
import { createGuardedClient } from './create-guarded-client.ts';

const post = { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'hello' };
const init = () => ({ ...post, signal: AbortSignal.timeout(5_000) });

function clientWith(options: Partial<Parameters<typeof createGuardedClient>[0]> = {}) {
  const client = createGuardedClient({ allowPrivate: 'on', ...options });
  onTestFinished(() => client.close());
  return client;
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const serve = (handle: RequestListener) => listen(createServer(handle));

test('a request gets its answer, and no redirect is followed', async () => {
  const port = await serve((request, response) => {
    response.writeHead(307, { location: '/elsewhere', 'x-seen': `${request.method}` });
    request.pipe(response);
  });
  const answer = await clientWith().fetch(`http://127.0.0.1:${port}/hook`, init());
  expect([answer.status, answer.headers.get('x-seen'), answer.headers.get('none')]).toEqual([
    307,
    'POST',
    null,
  ]);
  expect(await answer.body.toArray()).toEqual([Buffer.from('hello')]);
});

test('the address guard refuses what channels may not have either', async () => {
  const [open, closed] = [clientWith(), clientWith({ allowPrivate: 'off' })];
  const faultOf = async (attempt: Promise<unknown>) =>
    open.describeFault(await attempt.catch((error: unknown) => error));
  const metadata = 'http://169.254.169.254/latest';
  expect(await faultOf(open.fetch(metadata, init()))).toEqual({
    message: 'address not allowed: 169.254.169.254',
    isAddressRefused: true,
  });
  const local = 'http://localhost:9/hook';
  expect(await faultOf(closed.fetch(local, init()))).toMatchObject({ isAddressRefused: true });
  const mail = { hostname: '10.0.0.1', port: 25 };
  expect(await faultOf(closed.openSocket(mail, init().signal))).toEqual({
    message: 'private address not allowed: 10.0.0.1',
    isAddressRefused: true,
  });
});

test('the default proxy is used, except for this machine', async () => {
  const port = await serve((_request, response) => response.end('reached'));
  const proxy = await startHttpProxy({ hosts: { 'hooks.invalid': '127.0.0.1' } });
  onTestFinished(() => proxy.stop());
  const proxies = { ...noProxies, upstream: `http://127.0.0.1:${proxy.port}` };
  const client = clientWith({ proxies });
  for (const host of ['hooks.invalid', '127.0.0.1']) {
    const { body } = await client.fetch(`http://${host}:${port}/`, init());
    expect(String(await body.toArray())).toBe('reached');
  }
  expect(proxy.asked).toEqual([`hooks.invalid:${port}`]);
});

test('a mail server is reached through the default proxy for everything, and no other', async () => {
  const port = await listen(createTcpServer((socket) => socket.end('220 hello\r\n')));
  const proxy = await startSocksProxy({ hosts: { 'mail.invalid': '127.0.0.1' } });
  onTestFinished(() => proxy.stop());
  const url = `socks5://127.0.0.1:${proxy.port}`;
  const to = { hostname: 'mail.invalid', port };
  const client = clientWith({ proxies: { ...noProxies, upstream: url } });
  const socket = await client.openSocket(to, init().signal);
  const [greeting] = await once(socket, 'data');
  expect(String(greeting)).toBe('220 hello\r\n');
  const other = clientWith({ proxies: { ...noProxies, https: url, http: url } });
  await expect(other.openSocket(to, init().signal)).rejects.toThrow();
  expect(proxy.asked).toEqual([`mail.invalid:${port}`]);
});

test('a connection that is given up is closed', async () => {
  const proxy = await startSocksProxy({ isStalling: true });
  onTestFinished(() => proxy.stop());
  const client = clientWith({
    proxies: { ...noProxies, upstream: `socks5://127.0.0.1:${proxy.port}` },
  });
  const signal = AbortSignal.timeout(200);
  await expect(client.openSocket({ hostname: 'mail.invalid', port: 25 }, signal)).rejects.toThrow();
});
