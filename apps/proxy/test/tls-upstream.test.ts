import { expect, test } from 'vitest';
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
