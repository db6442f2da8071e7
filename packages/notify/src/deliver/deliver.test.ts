import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { freePort } from '@api-monitor/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { exampleConfigs } from '../../test/example-configs.ts';
import { depsWithout, exampleNotice } from '../../test/loopback.ts';
import { type DeliveryDeps, deliver } from './deliver.ts';

const deps: DeliveryDeps = { ...depsWithout, fetch: (url, init) => fetch(url, init) };

/** A server that counts its requests. */
async function start(listener: RequestListener) {
  let requests = 0;
  const server = createServer((request, response) => {
    requests += 1;
    request.resume();
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `http://127.0.0.1:${port}`, requests: () => requests };
}

const tell = (config: object, part: Partial<DeliveryDeps> = {}) =>
  deliver(exampleNotice, { kind: 'webhook', config }, { ...deps, ...part });

test('redirects within the origin that keep the request are followed, three of them', async () => {
  const { origin } = await start((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left === 0) response.end(request.method);
    else response.writeHead(307, { location: `/${left - 1}` }).end();
  });
  expect(await tell({ url: `${origin}/3` })).toMatchObject({ kind: 'sent', message: 'POST' });
  expect(await tell({ url: `${origin}/4` })).toEqual({
    ...{ kind: 'refused', reason: 'redirected', status: null },
    message: 'more than 3 redirects',
  });
});

test('nothing is sent to another origin', async () => {
  const other = await start((_, response) => response.end());
  const { origin } = await start((_, response) => {
    response.writeHead(308, { location: `${other.origin}/steal?key=1` }).end();
  });
  expect(await tell({ url: origin, headers: ['Authorization: Bearer 8f14e45fceea'] })).toEqual({
    ...{ kind: 'refused', reason: 'redirected', status: 308 },
    message: `the address redirects to ${other.origin}, where nothing is sent (308)`,
  });
  expect(other.requests()).toBe(0);
});

test('a redirect can’t show a secret', async () => {
  const key = 'c4ca4238a0b923820dcc';
  const { origin } = await start((_, response) => {
    response.writeHead(307, { location: `https://${key}.${'x'.repeat(50)}.example/` }).end();
  });
  const outcome = await tell({ url: origin, headers: [`X-Key: ${key}`] });
  expect(outcome).toMatchObject({ kind: 'refused', reason: 'redirected' });
  expect(outcome.message).not.toContain(key);
});

test.each([301, 302, 303])(
  'a redirect that changes the request is refused (%i)',
  async (status) => {
    const { origin, requests } = await start((_, response) => {
      response.writeHead(status, { location: '/login' }).end();
    });
    expect(await tell({ url: origin })).toMatchObject({ kind: 'refused', reason: 'redirected' });
    expect(requests()).toBe(1);
  },
);

test('an attempt ends in time, whether headers, the body or redirects are slow', async () => {
  const { origin } = await start((request, response) => {
    if (request.url === '/headers') return;
    const timer = setInterval(() => response.write('x'), 20);
    response.on('close', () => clearInterval(timer));
  });
  for (const path of ['/headers', '/body']) {
    const startedMs = performance.now();
    expect(await tell({ url: `${origin}${path}` }, { timeoutMs: 200 })).toEqual({
      ...{ kind: 'retry', reason: 'network', status: null, retryAfterS: null },
      message: 'no answer in time',
    });
    expect(performance.now() - startedMs).toBeLessThan(2000);
  }
});

test('a caller that stops gives the attempt up', async () => {
  const { origin } = await start(() => stop.abort());
  const stop = new AbortController();
  const outcome = await tell({ url: origin }, { signal: stop.signal });
  expect(outcome).toMatchObject({ kind: 'retry', reason: 'network' });
});

test('no more than 64 KB of an answer are read, compressed or not', async () => {
  let written = 0;
  const { origin } = await start((request, response) => {
    if (request.url === '/bomb') {
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      return;
    }
    response.writeHead(500);
    const pump = () => {
      while (!response.destroyed && written < 100_000_000) {
        written += 65_536;
        if (!response.write(Buffer.alloc(65_536, 'a'))) return response.once('drain', pump);
      }
      return response.end();
    };
    pump();
  });
  const outcome = await tell({ url: origin });
  expect(outcome).toMatchObject({ kind: 'retry', message: `${'a'.repeat(499)}…` });
  expect(written).toBeLessThan(20_000_000);
  expect(await tell({ url: `${origin}/bomb` })).toMatchObject({ kind: 'sent' });
});

test('an answer that echoes the secrets is shown without them', async () => {
  const { origin } = await start((request, response) => {
    const { authorization, 'x-api-monitor-signature': signature } = request.headers;
    const echo = {
      url: `${origin}${request.url}`,
      authorization,
      signature,
      secret: 'geheim"/8f14',
    };
    response.writeHead(400).end(JSON.stringify(echo));
  });
  const outcome = await tell({
    url: `${origin}/in/8f14e45fceea167a?key=a5a36dedd4bea254`,
    secret: 'geheim"/8f14',
    headers: ['Authorization: Bearer c4ca4238a0b923820dcc'],
  });
  expect(outcome).toMatchObject({ kind: 'refused', reason: 'rejected' });
  for (const secret of ['8f14e45fceea167a', 'a5a36dedd4bea254', 'c4ca4238a0b923820dcc', 'geheim']) {
    expect(outcome.message).not.toContain(secret);
  }
  expect(outcome.message).toContain('c4ca4…0dcc');
});

test('a server that isn’t there is tried again', async () => {
  const outcome = await tell({ url: `http://127.0.0.1:${await freePort()}/` });
  expect(outcome).toMatchObject({ kind: 'retry', reason: 'network', status: null });
  expect(outcome.message).toMatch(/ECONNREFUSED/);
});

test('an address that the guard refuses is not tried again', async () => {
  const refusal = Object.assign(new Error('private address not allowed: 10.0.0.1'), {
    code: 'ADDRESS_REFUSED',
  });
  const fetch = () => Promise.reject(new TypeError('fetch failed', { cause: refusal }));
  const openSocket = () => Promise.reject(refusal);
  const refused = {
    ...{ kind: 'refused', reason: 'address', status: null },
    message: 'private address not allowed: 10.0.0.1',
  };
  expect(await tell({ url: 'http://10.0.0.1/' }, { fetch })).toEqual(refused);
  const mail = { kind: 'email', config: exampleConfigs.email } as const;
  expect(await deliver(exampleNotice, mail, { ...deps, openSocket })).toEqual(refused);
});

test('a stored config that isn’t valid any more is refused, without quoting it', async () => {
  const config = { bot_token: 'verysecrettoken', chat_id: '1' };
  expect(await deliver(exampleNotice, { kind: 'telegram', config }, deps)).toEqual({
    ...{ kind: 'refused', reason: 'invalid_config', status: null },
    message: 'bot_token must be like 123456789:ABC…, as @BotFather gives it',
  });
});
