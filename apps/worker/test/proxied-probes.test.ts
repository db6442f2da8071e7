import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { testCertificates } from '@api-monitor/fake-provider';
import { startHttpProxy, startSocksProxy } from '@api-monitor/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { startProbing } from './start-probing.ts';

test.each([
  ['http', startHttpProxy],
  ['socks5', startSocksProxy],
] as const)('a probe and the list pass a proxy of %s, or say why not', async (kind, start) => {
  const probing = await startProbing({ m: 'good' }, 'self_signed');
  onTestFinished(() => probing.close());
  const proxy = await start({ credentials: 'user:secret-word' });
  onTestFinished(() => proxy.stop());
  const { upstreamTarget, probe, list, provider } = probing;
  const urlWith = (word: string) => `${kind}://user:${word}@127.0.0.1:${proxy.port}`;
  const through = { verifySsl: false, proxyUrl: urlWith('secret-word') };
  const passed = await probe('m', { upstreamTarget: { ...upstreamTarget, ...through } });
  expect(passed.probe).toMatchObject({ success: true });
  expect(await list(through)).toMatchObject({ models: ['m'] });
  expect(new Set(proxy.asked)).toEqual(new Set([new URL(provider.origin).host]));

  const wrong = { ...through, id: 2, proxyUrl: urlWith('other-word') };
  const refused = await probe('m', { upstreamTarget: { ...upstreamTarget, ...wrong } });
  expect(refused.probe).toMatchObject({ success: false, error_kind: 'network' });
  expect(refused.probe.error).toContain(`through the proxy 127.0.0.1:${proxy.port}: `);
  expect(JSON.stringify(refused)).not.toContain('other-word');
});

const proxyCertificate = testCertificates.self_signed;

/** A proxy that is told its password over TLS, trusted as NODE_EXTRA_CA_CERTS would have it. */
async function startTlsProxy({ isTrusted }: { isTrusted: boolean }) {
  const proxy = await startHttpProxy({ tls: proxyCertificate, credentials: 'user:secret-word' });
  onTestFinished(() => proxy.stop());
  const before = getCACertificates('default');
  if (isTrusted) setDefaultCACertificates([...before, proxyCertificate.cert]);
  onTestFinished(() => setDefaultCACertificates(before));
  const proxyUrl = `https://user:secret-word@127.0.0.1:${proxy.port}`;
  return { ...proxy, through: { verifySsl: false, proxyUrl } };
}

test.each([
  ['http', undefined],
  ['https', 'expired'],
] as const)(
  'a channel over %s is reached through a proxy that speaks TLS',
  async (_, certificate) => {
    const probing = await startProbing({ m: 'good' }, certificate);
    onTestFinished(() => probing.close());
    const { through, asked } = await startTlsProxy({ isTrusted: true });
    const upstreamTarget = { ...probing.upstreamTarget, ...through };
    expect((await probing.probe('m', { upstreamTarget })).probe).toMatchObject({ success: true });
    expect(await probing.list(through)).toMatchObject({ models: ['m'] });
    expect(new Set(asked)).toEqual(new Set([new URL(probing.provider.origin).host]));
  },
);

test('a proxy whose certificate nobody trusts is told nothing, whatever the channel says', async () => {
  const probing = await startProbing({ m: 'good' });
  onTestFinished(() => probing.close());
  const { through, asked } = await startTlsProxy({ isTrusted: false });
  const upstreamTarget = { ...probing.upstreamTarget, ...through };
  const { probe } = await probing.probe('m', { upstreamTarget });
  expect([probe.success, asked]).toEqual([false, []]);
  expect(probing.provider.received()).toBe(0);
});
