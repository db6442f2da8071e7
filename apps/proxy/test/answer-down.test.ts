import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';

const chat = '/v1/chat/completions';

test('status, headers and bytes reach the client unchanged, with routing details added', async () => {
  const body = Buffer.from([0xff, 0x00, 0x7b, 0x0a, 0xc3]);
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(203, {
      'content-type': 'audio/mpeg',
      'x-ratelimit-remaining-requests': '59',
      'retry-after-ms': '20',
      'openai-processing-ms': '7',
      'x-oneapi-request-id': 'r-1',
      'x-request-id': 'the upstream’s'.replace('’', ''),
      'set-cookie': 'a=b',
      'content-length': body.length,
    });
    response.end(body);
  });
  const models = { m: { ageS: 90, routes: ['chat', 'speech'] as const } };
  const gateway = await gatewayForTest({ channels: { relay: { origin, models } } });
  const answer = await call(gateway.origin, '/v1/audio/speech', { body: chatTo('m') });
  expect(answer.status).toBe(203);
  expect(answer.bytes.equals(body)).toBe(true);
  expect(answer.headers).toMatchObject({
    'content-type': 'audio/mpeg',
    'content-length': '5',
    'x-ratelimit-remaining-requests': '59',
    'retry-after-ms': '20',
    'openai-processing-ms': '7',
    'x-oneapi-request-id': 'r-1',
    'x-request-id': expect.stringMatching(/^req_/),
    'request-id': answer.headers['x-request-id'],
    'x-proxy-target-id': `${gateway.targetIds.relay}`,
    'x-proxy-upstream-model': 'm',
    'x-proxy-attempts': '1',
    'x-proxy-evidence': 'proven',
  });
  expect(answer.headers).not.toHaveProperty('set-cookie');
  const age = Number(answer.headers['x-proxy-proof-age']);
  expect(age).toBeGreaterThanOrEqual(90);
  expect(age).toBeLessThan(95);
});

test('the headers say on what evidence a channel was chosen', async () => {
  const provider = await providerForTest({ m: 'good', 'dall-e-3': 'good' });
  const models = { m: { routes: ['responses'] as const }, 'dall-e-3': { isSkipped: true } };
  const gateway = await gatewayForTest({
    channels: { relay: { origin: provider.origin, models } },
  });
  const said = async (path: string, model: string) => {
    const { headers } = await call(gateway.origin, path, { body: chatTo(model) });
    return [headers['x-proxy-evidence'], headers['x-proxy-proof-age']];
  };
  expect(await said('/v1/responses', 'm')).toEqual(['proven', '0']);
  expect(await said(chat, 'm')).toEqual(['unproven', undefined]);
  expect(await said(chat, 'm')).toEqual(['proven', '0']);
  expect(await said(chat, 'dall-e-3')).toEqual(['skipped', undefined]);
});

test('a model’s name that a header can’t hold is percent-encoded', async () => {
  const provider = await providerForTest({ 模型: 'good' });
  const channels = { relay: { origin: provider.origin, models: { 模型: {} } } };
  const gateway = await gatewayForTest({ channels });
  const { status, headers } = await call(gateway.origin, chat, { body: chatTo('relay/模型') });
  expect(status).toBe(200);
  expect(decodeURIComponent(`${headers['x-proxy-upstream-model']}`)).toBe('模型');
});

test.each([
  'http_400',
  'http_401',
  'http_403_quota',
  'http_422',
  'http_429',
  'http_500',
  'http_502_page',
] as const)('a pinned channel’s own error passes unchanged: %s', async (behaviour) => {
  const provider = await providerForTest({ m: behaviour });
  const channels = { relay: { origin: provider.origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels });
  const direct = await call(provider.origin, chat, {
    key: 'sk-upstream-0123456789abcdef',
    body: chatTo('m'),
  });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect([answer.status, answer.text]).toEqual([direct.status, direct.text]);
  expect(answer.headers['content-type']).toBe(direct.headers['content-type']);
});

test('a long error is passed on completely', async () => {
  const error = 'é'.repeat(100_000);
  const origin = await upstreamForTest((_, response) => response.writeHead(400).end(error));
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m') });
  expect([answer.status, answer.text === error]).toEqual([400, true]);
});

test('each chunk of a stream arrives as it is sent, and the headers before the first', async () => {
  const gates: (() => void)[] = [];
  const nextGate = () => new Promise<void>((open) => gates.push(open));
  const origin = await upstreamForTest(async (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    for (const part of ['data: {"a":1}\n\n', 'data: [DONE]\n\n']) {
      await nextGate();
      response.write(part);
    }
    response.end();
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const response = await fetch(gateway.origin + chat, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-proxy-client-0123456789' },
    body: JSON.stringify(chatTo('relay/m', { stream: true })),
  });
  expect(response.headers.get('x-proxy-attempts')).toBe('1');
  const reader = response.body?.getReader();
  const read = async () => Buffer.from((await reader?.read())?.value ?? []).toString();
  gates.shift()?.();
  expect(await read()).toBe('data: {"a":1}\n\n');
  await expect.poll(() => gates.length).toBe(1);
  gates.shift()?.();
  expect(await read()).toBe('data: [DONE]\n\n');
  expect((await reader?.read())?.done).toBe(true);
});

test('a whole answer may take the idle timeout to begin, a stream its channel’s timeout', async () => {
  const origin = await upstreamForTest((_, response) => {
    setTimeout(() => response.end(goodBody), 1_500);
  });
  const channels = { relay: { origin, models: { m: {} }, fields: { timeout_s: 1 } } };
  const gateway = await gatewayForTest({ channels, options: { idleTimeoutMs: 3_000 } });
  const statusOf = async (path: string, more = {}) =>
    (await call(gateway.origin, path, { body: chatTo('relay/m', more) })).status;
  const gemini = '/v1beta/models/relay/m';
  const statuses = await Promise.all([
    statusOf(chat),
    statusOf(chat, { stream: false }),
    statusOf(`${gemini}:generateContent`, { stream: true }),
    statusOf(chat, { stream: true }),
    statusOf(`${gemini}:streamGenerateContent`),
  ]);
  expect(statuses).toEqual([200, 200, 200, 504, 504]);
});
