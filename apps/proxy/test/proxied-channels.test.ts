import { freePort, startHttpProxy, startSocksProxy } from '@api-monitor/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

const chat = '/v1/chat/completions';
const kinds = { http: startHttpProxy, socks5: startSocksProxy };
const credentials = 'user:secret-word';

async function proxyFor(kind: keyof typeof kinds) {
  const proxy = await kinds[kind]({ credentials });
  onTestFinished(() => proxy.stop());
  return { proxy, proxy_url: `${kind}://${credentials}@127.0.0.1:${proxy.port}` };
}

test.each([
  ['http', 'self_signed'],
  ['http', undefined],
  ['socks5', 'self_signed'],
  ['socks5', undefined],
] as const)('streams and whole answers pass a proxy of %s (TLS: %s)', async (kind, certificate) => {
  const provider = await providerForTest({ m: 'good' }, certificate ? { certificate } : {});
  const { proxy, proxy_url } = await proxyFor(kind);
  const fields = { proxy_url, verify_ssl: false };
  const channels = { relay: { origin: provider.origin, models: { m: {} }, fields } };
  const gateway = await gatewayForTest({ channels });
  for (let round = 0; round < 3; round += 1) {
    const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
    expect(answer.status).toBe(200);
    const stream = await call(gateway.origin, chat, { body: chatTo('relay/m', { stream: true }) });
    expect(stream.bytes.toString()).toContain('data: [DONE]');
  }
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(provider.origin).host]));
  // The proxy's password is the proxy's alone.
  const sent = JSON.stringify(provider.requests.map(({ headers }) => headers));
  expect(sent).not.toMatch(/proxy-|secret-word/i);
});

test('an untrusted certificate behind a proxy is still refused', async () => {
  const provider = await providerForTest({ m: 'good' }, { certificate: 'self_signed' });
  const { proxy_url } = await proxyFor('http');
  const channels = { relay: { origin: provider.origin, models: { m: {} }, fields: { proxy_url } } };
  const gateway = await gatewayForTest({ channels });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect(answer.status).toBe(502);
  expect(answer.bytes.toString()).toContain('self-signed certificate');
});

test('a channel whose proxy is down leaves the request to the next one', async () => {
  const provider = await providerForTest({ m: 'good' });
  const proxy_url = `http://${credentials}@127.0.0.1:${await freePort()}`;
  const { origin } = provider;
  const gateway = await gatewayForTest({
    channels: {
      behind: { origin, models: { m: {} }, fields: { proxy_url } },
      beside: { origin, models: { m: {} } },
    },
  });
  expect((await call(gateway.origin, chat, { body: chatTo('m') })).status).toBe(200);
  const alone = await call(gateway.origin, chat, { body: chatTo('behind/m') });
  expect(alone.status).toBeGreaterThanOrEqual(500);
  expect(alone.bytes.toString()).not.toContain('secret-word');
});
