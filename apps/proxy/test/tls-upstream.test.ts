import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { testAuthority } from '@api-monitor/fake-provider';
import { startHttpProxy } from '@api-monitor/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

const chat = '/v1/chat/completions';
const selfSigned = () => providerForTest({ m: 'good' }, { certificate: 'self_signed' });

test('kept TLS connections carry whole answers and streams', async () => {
  const provider = await selfSigned();
  const fields = { verify_ssl: false };
  const channels = { relay: { origin: provider.origin, models: { m: {} }, fields } };
  const gateway = await gatewayForTest({ channels });
  for (let round = 0; round < 3; round += 1) {
    const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
    expect(answer.status).toBe(200);
    const stream = await call(gateway.origin, chat, { body: chatTo('relay/m', { stream: true }) });
    expect(stream.bytes.toString()).toContain('data: [DONE]');
  }
});

test('an untrusted certificate is the channel’s failure, explained in words', async () => {
  const provider = await selfSigned();
  const gateway = await gatewayForTest({
    channels: { relay: { origin: provider.origin, models: { m: {} } } },
  });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect(answer.status).toBe(502);
  expect(answer.bytes.toString()).toContain('self-signed certificate');
});

test('an authority of its own is trusted for its channel alone, also behind a proxy', async () => {
  const { origin } = await providerForTest({ m: 'good' }, { certificate: 'by_authority' });
  const proxy = await startHttpProxy();
  onTestFinished(() => proxy.stop());
  const ca_certificate = testAuthority;
  const proxied = { ca_certificate, proxy_url: `http://127.0.0.1:${proxy.port}` };
  const models = { m: {} };
  const gateway = await gatewayForTest({
    channels: {
      trusting: { origin, models, fields: { ca_certificate } },
      proxied: { origin, models, fields: proxied },
      strict: { origin, models },
    },
  });
  const statusOf = async (name: string) =>
    (await call(gateway.origin, chat, { body: chatTo(`${name}/m`) })).status;
  expect(await statusOf('trusting')).toBe(200);
  expect(await statusOf('proxied')).toBe(200);
  expect(await statusOf('strict')).toBe(502);
});

test('a channel’s own authority replaces none of the checks', async () => {
  const { origin } = await providerForTest({ m: 'good' }, { certificate: 'expired' });
  const fields = { ca_certificate: testAuthority };
  const gateway = await gatewayForTest({
    channels: { relay: { origin, models: { m: {} }, fields } },
  });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect(answer.bytes.toString()).toContain('certificate expired');
});

test('NODE_EXTRA_CA_CERTS is trusted for all channels, also beside their own authority', async () => {
  const { origin } = await providerForTest({ m: 'good' }, { certificate: 'by_authority' });
  const folder = await mkdtemp(join(tmpdir(), 'api-monitor-ca-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  await writeFile(file, testAuthority);
  const script = `
    import { plainTransport } from '@api-monitor/core';
    import { testCertificates } from '@api-monitor/fake-provider';
    import { createUpstream } from '@api-monitor/upstream';
    const upstream = createUpstream({ allowPrivate: 'on', via: '1.1 tester' });
    const request = { method: 'GET', path: '/v1/models', headers: {}, keyHeader: null, body: null };
    for (const caCertificate of [null, testCertificates.self_signed.cert]) {
      const target = { id: 1, baseUrl: '${origin}', apiKey: 'sk', ...plainTransport, caCertificate };
      const { answered, message } = await upstream.exchange(target, request, { timeoutMs: 5_000 });
      console.log(answered, message);
    }
    await upstream.close();`;
  const run = (env: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      cwd: import.meta.dirname,
      env: { ...process.env, ...env },
    });
  expect((await run({ NODE_EXTRA_CA_CERTS: file })).stdout).toBe(
    'true undefined\ntrue undefined\n',
  );
  expect((await run({})).stdout).toMatch(/^false .*\nfalse /);
});
