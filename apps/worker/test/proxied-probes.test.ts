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
