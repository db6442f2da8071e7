import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { plainTransport, type UpstreamRequest, type UpstreamTarget } from '@api-monitor/core';
import {
  freePort,
  type ProxyOptions,
  startHttpProxy,
  startSocksProxy,
  type TestProxy,
} from '@api-monitor/test-servers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { describeFault } from '../../answer/describe-fault.ts';
import { createUpstream, type UpstreamOptions } from '../../create-upstream.ts';

const kinds = { http: startHttpProxy, socks5: startSocksProxy };
const word = 'p:ss/wörd';
const credentials = `us@er:${word}`;
const inUrl = `${encodeURIComponent('us@er')}:${encodeURIComponent(word)}`;

const post: UpstreamRequest = {
  method: 'POST',
  path: '/v1/x',
  headers: {},
  keyHeader: null,
  body: '{"a":1}',
};

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function stopped(proxy: TestProxy): Promise<TestProxy> {
  onTestFinished(() => proxy.stop());
  return proxy;
}

function upstreamWith(options: Partial<UpstreamOptions> = {}) {
  const upstream = createUpstream({ allowPrivate: 'on', via: '1.1 tester', ...options });
  onTestFinished(() => upstream.close());
  return upstream;
}

const targetAt = (baseUrl: string, proxyUrl: string | null): UpstreamTarget => ({
  ...{ id: 1, baseUrl, apiKey: 'sk-of-the-target' },
  ...plainTransport,
  proxyUrl,
});

describe.each(['http', 'socks5'] as const)('through a proxy of %s', (kind) => {
  const start = async (options?: ProxyOptions) => stopped(await kinds[kind](options));
  const urlOf = ({ port }: TestProxy, user = '') => `${kind}://${user}127.0.0.1:${port}`;
  /** What becomes of a request to a name that only the proxy knows. */
  const ask = async (proxyUrl: string, given: Partial<UpstreamOptions> = {}) => {
    const upstream = upstreamWith(given);
    const target = targetAt('http://channel.invalid:81', proxyUrl);
    return upstream.exchange(target, post, { timeoutMs: 8_000 });
  };

  test.each([
    ['without a password', undefined, ''],
    ['with a password', credentials, `${inUrl}@`],
  ])('an answer comes %s, over kept connections', async (_, wanted, user) => {
    const port = await serve((_request, response) => response.end('reached'));
    const proxy = await start(wanted ? { credentials: wanted } : {});
    const upstream = upstreamWith();
    const target = targetAt(`http://127.0.0.1:${port}`, urlOf(proxy, user));
    for (let round = 0; round < 3; round += 1) {
      const exchange = await upstream.exchange(target, post, { timeoutMs: 8_000 });
      expect(exchange).toMatchObject({ answered: true, status: 200, body: 'reached' });
    }
    // A connection can carry the next request a moment after its answer.
    expect(proxy.asked.length).toBeLessThan(3);
    expect(new Set(proxy.asked)).toEqual(new Set([`127.0.0.1:${port}`]));
  });

  test('the proxy resolves the name', async () => {
    const port = await serve(({ headers }, response) => response.end(headers.host));
    const proxy = await start({ hosts: { 'channel.invalid': '127.0.0.1' } });
    const target = targetAt(`http://channel.invalid:${port}`, urlOf(proxy));
    const exchange = await upstreamWith().exchange(target, post, { timeoutMs: 8_000 });
    expect(exchange).toMatchObject({ body: `channel.invalid:${port}` });
    expect(proxy.asked).toEqual([`channel.invalid:${port}`]);
  });

  test('a wrong or missing password is a fault that doesn’t quote it', async () => {
    const proxy = await start({ credentials });
    for (const user of ['', 'us@er:wrong-word@']) {
      const exchange = await ask(urlOf(proxy, user.replace('@e', '%40e')));
      expect(exchange).toMatchObject({
        answered: false,
        kind: 'network',
        message: expect.stringContaining(`through the proxy 127.0.0.1:${proxy.port}: `),
      });
      expect(JSON.stringify(exchange)).not.toContain('wrong-word');
      if (kind === 'http') expect(JSON.stringify(exchange)).toContain('(407)');
      else expect(JSON.stringify(exchange)).toMatch(/authentication/i);
    }
  });

  test('a proxy that is down is a fault', async () => {
    const port = await freePort();
    const exchange = await ask(`${kind}://u:secret@127.0.0.1:${port}`);
    expect(exchange).toMatchObject({
      kind: 'network',
      message: `through the proxy 127.0.0.1:${port}: connection refused`,
    });
  });

  test('a proxy whose name can’t be resolved is a fault', async () => {
    expect(await ask(`${kind}://proxy.invalid:3128`)).toMatchObject({
      answered: false,
      message: expect.stringMatching(/^through the proxy proxy\.invalid:3128: host name/),
    });
  });

  test('a proxy that refuses the channel, or can’t reach it, is a fault', async () => {
    const refusing = await start({ refusal: 403 });
    expect(await ask(urlOf(refusing))).toMatchObject({
      message: expect.stringMatching(kind === 'http' ? /connect \(403\)$/ : /NotAllowed$/),
    });
    const proxy = await start({ hosts: { 'channel.invalid': '127.0.0.1' } });
    expect(await ask(urlOf(proxy))).toMatchObject({
      message: expect.stringMatching(kind === 'http' ? /\(502\)$/ : /ConnectionRefused$/),
    });
  });

  test('a proxy that stalls is given up', async () => {
    const proxy = await start({ isStalling: true });
    expect(await ask(urlOf(proxy), { connectTimeoutMs: 300 })).toMatchObject({
      kind: 'timeout',
      message: `through the proxy 127.0.0.1:${proxy.port}: connecting timed out`,
    });
  });

  test('an unasked 100 Continue is passed over', async () => {
    const port = await serve((_request, response) => {
      response.socket?.write('HTTP/1.1 100 Continue\r\n\r\n');
      response.end('reached');
    });
    const target = targetAt(`http://127.0.0.1:${port}`, urlOf(await start()));
    const exchange = await upstreamWith().exchange(target, post, { timeoutMs: 8_000 });
    expect(exchange).toMatchObject({ status: 200, body: 'reached' });
  });

  test('a channel that closes its new connection without an answer is asked once', async () => {
    const port = await serve((request) => request.socket.destroy());
    const target = targetAt(`http://127.0.0.1:${port}`, urlOf(await start()));
    const exchange = await upstreamWith().exchange(target, post, { timeoutMs: 8_000 });
    expect(exchange).toMatchObject({ answered: false, requests: 1 });
  });

  test('an opened connection goes through it too', async () => {
    const port = await serve(() => {});
    const proxy = await start();
    const opening = upstreamWith().open(targetAt(`http://127.0.0.1:${port}`, urlOf(proxy)), {
      path: '/v1/realtime',
      headers: [],
    });
    const { socket } = await opening;
    socket.destroy();
    expect(proxy.asked).toEqual([`127.0.0.1:${port}`]);
  });

  test('metadata addresses are refused, private ones by the policy, and the proxy isn’t asked', async () => {
    const proxy = await start();
    const upstream = upstreamWith({ allowPrivate: 'off' });
    const refused = [
      ['http://169.254.169.254', 'address not allowed: 169.254.169.254'],
      ['http://2852039166', 'address not allowed: 169.254.169.254'],
      ['http://[::ffff:169.254.169.254]', 'address not allowed'],
      ['http://metadata.google.internal', 'name not allowed: metadata.google.internal'],
      ['http://10.0.0.1', 'private address not allowed: 10.0.0.1'],
      ['http://localhost:81', 'private address not allowed'],
    ] as const;
    for (const [at, [baseUrl, message]] of refused.entries()) {
      const target = { ...targetAt(baseUrl, urlOf(proxy)), id: at };
      expect(await upstream.exchange(target, post, { timeoutMs: 8_000 })).toMatchObject({
        answered: false,
        message: expect.stringContaining(message),
      });
    }
    expect(proxy.asked).toEqual([]);
  });
});

test('a proxy at a metadata address is never connected to', async () => {
  const upstream = upstreamWith();
  const target = targetAt('http://127.0.0.1:81', 'http://169.254.169.254:80');
  expect(await upstream.exchange(target, post, { timeoutMs: 8_000 })).toMatchObject({
    message: 'through the proxy 169.254.169.254:80: address not allowed: 169.254.169.254',
  });
});

test('another proxy opens new connections, and direct uses none', async () => {
  const port = await serve((_request, response) => response.end('reached'));
  const [first, second] = [
    await stopped(await startHttpProxy()),
    await stopped(await startSocksProxy()),
  ];
  const upstream = upstreamWith();
  const baseUrl = `http://127.0.0.1:${port}`;
  const urls = [`http://127.0.0.1:${first.port}`, `socks5://127.0.0.1:${second.port}`, 'direct'];
  for (const proxyUrl of urls) {
    const exchange = await upstream.exchange(targetAt(baseUrl, proxyUrl), post, {
      timeoutMs: 8_000,
    });
    expect(exchange).toMatchObject({ body: 'reached' });
  }
  expect([first.asked.length, second.asked.length]).toEqual([1, 1]);
});

test('the default proxy serves channels without their own, except this machine', async () => {
  const port = await serve((_request, response) => response.end('reached'));
  const proxy = await stopped(await startHttpProxy({ hosts: { 'channel.invalid': '127.0.0.1' } }));
  const url = `http://127.0.0.1:${proxy.port}`;
  const proxies = { upstream: url, https: '', http: '', except: [] };
  const upstream = upstreamWith({ proxies });
  for (const [at, host] of ['channel.invalid', '127.0.0.1'].entries()) {
    const target = { ...targetAt(`http://${host}:${port}`, null), id: at };
    const exchange = await upstream.exchange(target, post, { timeoutMs: 8_000 });
    expect(exchange).toMatchObject({ body: 'reached' });
  }
  expect(proxy.asked).toEqual([`channel.invalid:${port}`]);
});

test('an opened connection’s fault is described too', async () => {
  const port = await freePort();
  const target = targetAt('http://127.0.0.1:81', `http://u:secret@127.0.0.1:${port}`);
  const opening = upstreamWith().open(target, { path: '/v1/realtime', headers: [] });
  const error = await opening.catch((fault: unknown) => fault);
  expect(describeFault(error)).toEqual({
    kind: 'network',
    message: `through the proxy 127.0.0.1:${port}: connection refused`,
    isUnreached: true,
  });
  expect(error).not.toHaveProperty('cause');
});
