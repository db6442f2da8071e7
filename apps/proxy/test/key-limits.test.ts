import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest, masterToken } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import type { TestKey } from './test-key.ts';

async function start(key: Omit<TestKey, 'key'>) {
  const provider = await providerForTest({ m: 'good', n: 'good' });
  const channel = { origin: provider.origin, models: { m: {}, n: {} } };
  const channels = { one: channel, two: channel };
  const gateway = await gatewayForTest({ channels, keys: [{ key: 'sk-limited', ...key }] });
  // From the start of a minute, so that no test runs past its end.
  gateway.clock.aheadS = 60 - ((Date.now() / 1000) % 60);
  const ask = (model = 'm', sentKey = 'sk-limited') =>
    call(gateway.origin, '/v1/messages', { key: sentKey, body: chatTo(model) });
  return { ...gateway, provider, ask };
}

test('requests per minute: the next request passes in the next minute', async () => {
  const { ask, clock, provider } = await start({ rpm_limit: 2 });
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
  const refused = await ask();
  expect(refused.status).toBe(429);
  expect(refused.json.error.type).toBe('rate_limit_error');
  const waitS = Number(refused.headers['retry-after']);
  expect(waitS).toBeGreaterThan(50);
  expect(provider.received()).toBe(2);
  expect((await ask('m', masterToken)).status).toBe(200);
  clock.aheadS += waitS;
  expect((await ask()).status).toBe(200);
});

test('tokens per minute: input and output, as the answers report them', async () => {
  // Each answer takes 20 tokens in and 12 out.
  const { ask } = await start({ tpm_limit: 60 });
  expect([(await ask()).status, (await ask()).status]).toEqual([200, 200]);
  expect((await ask()).status).toBe(429);
});

test('if an answer doesn’t report its tokens, its bytes are counted; an error counts nothing', async () => {
  let status = 400;
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(status, { 'content-type': 'text/event-stream' });
    const content = 'x'.repeat(4_000);
    response.end(
      `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\ndata: [DONE]\n\n`,
    );
  });
  const { clock, ...gateway } = await gatewayForTest({
    channels: { one: { origin, models: { m: {} } } },
    keys: [{ key: 'sk-limited', tpm_limit: 1_500 }],
  });
  clock.aheadS = 60 - ((Date.now() / 1000) % 60);
  const body = chatTo('m', { stream: true });
  const ask = async () =>
    (await call(gateway.origin, '/v1/chat/completions', { key: 'sk-limited', body })).status;
  for (let times = 0; times < 3; times += 1) expect(await ask()).toBe(400);
  status = 200;
  expect([await ask(), await ask(), await ask()]).toEqual([200, 200, 429]);
  expect((await gateway.recordsAtEnd())[4]).toMatchObject({ status: 200, tokens_estimated: true });
});

test('a key for some channels and models can use no others', async () => {
  const byChannel = await start({ channels: ['two'] });
  expect((await byChannel.ask('one/m')).status).toBe(403);
  expect((await byChannel.ask('two/m')).status).toBe(200);
  const bare = await byChannel.ask('m');
  expect(bare.headers['x-proxy-target-id']).toBe(`${byChannel.targetIds.two}`);
  const byModel = await start({ allowed_models: ['two/n'] });
  for (const model of ['two/m', 'one/n', 'm']) expect((await byModel.ask(model)).status).toBe(403);
  expect((await byModel.ask('n')).headers['x-proxy-target-id']).toBe(`${byModel.targetIds.two}`);
  const pinned = { key: 'sk-limited', headers: { 'x-target-id': `${byModel.targetIds.one}` } };
  const answer = await call(byModel.origin, '/v1/messages', { ...pinned, body: chatTo('n') });
  expect(answer.status).toBe(403);
});
