import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

test('a channel’s own user agent replaces the client’s, and only there', async () => {
  const provider = await providerForTest({ m: 'good' });
  const { origin } = provider;
  const models = { m: {} };
  const gateway = await gatewayForTest({
    channels: {
      own: { origin, models, fields: { user_agent: 'relay-client/1.0' } },
      plain: { origin, models },
    },
  });
  const headers = { 'User-Agent': 'openai-python/2' };
  for (const name of ['own', 'plain']) {
    const options = { body: chatTo(`${name}/m`), headers };
    expect((await call(gateway.origin, '/v1/chat/completions', options)).status).toBe(200);
  }
  const sent = provider.requests.map((request) => request.headers['user-agent']);
  expect(sent).toEqual(['relay-client/1.0', 'openai-python/2']);
});

test('a channel’s headers are set, removed and copied from the client', async () => {
  const provider = await providerForTest({ m: 'good' });
  const headers = ['X-Team: blue', '-X-Title', `X-User: \${client:X-User-Id}`];
  const channels = { own: { origin: provider.origin, models: { m: {} }, fields: { headers } } };
  const gateway = await gatewayForTest({ channels });
  const sent = { 'X-Title': 'app', 'X-User-Id': '7' };
  const options = { body: chatTo('own/m'), headers: sent };
  await call(gateway.origin, '/v1/chat/completions', options);
  const [request] = provider.requests;
  expect(request?.headers).toMatchObject({ 'x-team': 'blue', 'x-user': '7' });
  expect(request?.headers).not.toHaveProperty('x-title');
  expect(request?.headers).not.toHaveProperty('x-user-id');
});
