import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

const chat = '/v1/chat/completions';
const selfSigned = () => providerForTest({ m: 'good' }, { certificate: 'self_signed' });

test('an encrypted channel is served on kept connections, whole and as a stream', async () => {
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

test('a certificate that proves nothing is the channel’s fault, in words', async () => {
  const provider = await selfSigned();
  const gateway = await gatewayForTest({
    channels: { relay: { origin: provider.origin, models: { m: {} } } },
  });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect(answer.status).toBe(502);
  expect(answer.bytes.toString()).toContain('self-signed certificate');
});
