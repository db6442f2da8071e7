import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

const chat = '/v1/chat/completions';

test('live traffic can’t reach an internal address either, in digits or by name', async () => {
  const provider = await providerForTest();
  const channels = {
    number: { origin: provider.origin, models: { a: {} } },
    name: { origin: provider.origin.replace('127.0.0.1', 'localhost'), models: { b: {} } },
    metadata: { origin: 'http://169.254.169.254', models: { c: {} } },
    mapped: { origin: 'http://[::ffff:169.254.169.254]', models: { d: {} } },
  };
  const { origin } = await gatewayForTest({ channels, options: { allowPrivate: 'off' } });
  for (const model of ['number/a', 'name/b', 'metadata/c', 'mapped/d']) {
    const { status, text } = await call(origin, chat, { body: chatTo(model) });
    expect(status, model).toBe(502);
    expect(text, model).toContain('address not allowed');
  }
  expect(provider.requests).toEqual([]);
});

test('metadata addresses are refused even if private ones are allowed', async () => {
  const channels = { metadata: { origin: 'http://169.254.169.254', models: { c: {} } } };
  const { origin } = await gatewayForTest({ channels });
  const { status } = await call(origin, chat, { body: chatTo('metadata/c') });
  expect(status).toBe(502);
});
