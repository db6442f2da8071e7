import { request as httpRequest } from 'node:http';
import type { FakeProviderOptions } from '@api-monitor/fake-provider';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { clientKey, gatewayForTest, masterToken } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

async function start(models: FakeProviderOptions['models'] = { m: 'good' }) {
  const provider = await providerForTest(models);
  const proven = Object.fromEntries(Object.keys(models).map((model) => [model, {}]));
  const channels = { relay: { origin: provider.origin, models: proven } };
  return { ...(await gatewayForTest({ channels })), provider };
}

test('a request leaves one record of exactly these fields, and no content', async () => {
  const { origin, recordsAtEnd, targetIds } = await start();
  const body = JSON.stringify(chatTo('relay/m', { metadata: 'private words' }));
  const before = Date.now() / 1000;
  const answer = await call(origin, '/v1/chat/completions', { body });
  const records = await recordsAtEnd();
  expect(records).toEqual([
    {
      request_id: answer.headers['x-request-id'],
      timestamp: expect.any(Number),
      key_id: 1,
      key_name: clientKey,
      target_id: targetIds.relay,
      target_name: 'relay',
      requested_model: 'relay/m',
      model: 'm',
      route: 'chat',
      stream: false,
      status: 200,
      attempts: [
        {
          target_id: targetIds.relay,
          target_name: 'relay',
          model: 'm',
          status: 200,
          error: null,
          error_kind: null,
          duration_s: expect.any(Number),
          is_live_failure: false,
          finding: {
            ...{ outcome: 'success', kind: null, scope: 'route', retry_after_s: null },
            first_token_s: null,
            began_at: expect.any(Number),
            at: expect.any(Number),
          },
        },
      ],
      first_byte_s: expect.any(Number),
      duration_s: expect.any(Number),
      input_tokens: 20,
      output_tokens: 12,
      ...{ cached_input_tokens: null, cache_write_tokens: null, reasoning_tokens: 0 },
      ...{ cache_write_1h_tokens: null, audio_input_tokens: null, audio_output_tokens: null },
      ...{ image_input_tokens: null, image_output_tokens: null, tokens_estimated: false },
      ...{ reported_cost: null, cost: null, price: null },
      counted_tokens: 32,
      request_bytes: Buffer.byteLength(body),
      response_bytes: answer.bytes.length,
      error_kind: null,
      error: null,
      refused_for: null,
      client_address: null,
    },
  ]);
  const [record] = records;
  expect(record?.timestamp).toBeGreaterThanOrEqual(before - 0.01);
  expect(record?.duration_s).toBeGreaterThanOrEqual(record?.first_byte_s ?? Number.NaN);
  expect(JSON.stringify(records)).not.toContain('private words');
});

const routes = [
  ['chat', '/v1/chat/completions', {}],
  ['responses', '/v1/responses', {}],
  ['anthropic', '/v1/messages', {}],
  ['gemini', '/v1beta/models/MODEL:generateContent', { path: true }],
] as const;

test.each(routes)('tokens are read on %s, whole, streamed and compressed', async (route, path) => {
  const { origin, records } = await start({
    m: 'good',
    paced: 'paced',
    zipped: 'gzip',
    brotli: 'br',
  });
  for (const model of ['m', 'paced', 'zipped', 'brotli']) {
    for (const stream of [false, true]) {
      const streamPath = stream ? path.replace('generate', 'streamGenerate') : path;
      const body = chatTo(`relay/${model}`, { stream });
      await call(origin, streamPath.replace('MODEL', `relay/${model}`), { body });
    }
  }
  await expect.poll(() => records.length).toBe(8);
  const told = records.map((one) => [
    one.route,
    one.model,
    one.stream,
    one.input_tokens,
    one.output_tokens,
  ]);
  expect(told).toEqual(
    ['m', 'paced', 'zipped', 'brotli'].flatMap((model) =>
      [false, true].map((stream) => [route, model, stream, 20, 12]),
    ),
  );
});

test('a request that the gateway refuses is recorded too, with its message', async () => {
  const { origin, recordsAtEnd } = await start();
  const chat = '/v1/chat/completions';
  await call(origin, chat, { body: 'no json' });
  await call(origin, chat, { body: chatTo('relay/nothing'), key: masterToken });
  const records = await recordsAtEnd();
  expect(records).toMatchObject([
    { status: 400, requested_model: '', model: null, target_id: null, attempts: [] },
    { status: 404, requested_model: 'relay/nothing', key_id: null, key_name: 'master' },
  ]);
  expect(records[1]?.error).toContain('has no model');
});

test('a client’s huge names are refused, and neither repeated nor stored', async () => {
  const { origin, recordsAtEnd } = await start();
  const huge = 'é'.repeat(257);
  const asChat = await call(origin, '/v1/chat/completions', { body: chatTo(huge) });
  expect(asChat.json.error).toMatchObject({
    param: 'model',
    message: expect.stringContaining('512 bytes'),
  });
  const path = `/v1beta/models/${'m'.repeat(513)}:generateContent`;
  const asGemini = await call(origin, path, { body: {} });
  const coded = { 'content-encoding': 'x'.repeat(4000) };
  await call(origin, '/v1/messages', { body: chatTo('relay/m'), headers: coded });
  const controls = await call(origin, '/v1/messages', { body: chatTo('a\0b\ud800') });
  expect([asChat.status, asGemini.status, controls.status]).toEqual([400, 400, 404]);
  for (const text of [asChat.text, asGemini.text]) expect(text.length).toBeLessThan(400);
  const records = await recordsAtEnd();
  expect(records.map((one) => one.requested_model)).toEqual(['', '', '', 'a b\uFFFD']);
  for (const { error } of records) expect(error?.length).toBeLessThan(520);
  expect(JSON.stringify(records)).not.toContain('\\u0000');
});

test('a request to an unreachable channel is recorded with the status that the client got', async () => {
  const channels = { gone: { origin: 'http://127.0.0.1:9', models: { m: {} } } };
  const { origin, recordsAtEnd } = await gatewayForTest({ channels });
  await call(origin, '/v1/messages', { body: chatTo('gone/m') });
  expect(await recordsAtEnd()).toMatchObject([
    {
      status: 502,
      target_name: 'gone',
      first_byte_s: null,
      response_bytes: 0,
      error_kind: 'network',
      error: expect.stringContaining('connection refused'),
      attempts: [{ status: null, error: 'connection refused', is_live_failure: true }],
    },
  ]);
});

test('a stream that broke is recorded with the reason', async () => {
  const { origin, recordsAtEnd } = await start({ m: 'silent_truncation', n: 'error_event' });
  for (const model of ['m', 'n']) {
    await call(origin, '/v1/chat/completions', { body: chatTo(model, { stream: true }) });
  }
  expect(await recordsAtEnd()).toMatchObject([
    {
      status: 200,
      stream: true,
      error: 'response parse failed: the event stream broke off',
      attempts: [{ status: 200, error_kind: 'bad_body', is_live_failure: true }],
    },
    { status: 200, attempts: [{ error_kind: 'upstream', is_live_failure: true }] },
  ]);
});

test('a stream that is cut off when the server ends leaves its record', async () => {
  const { port, close, records } = await start({ midway: 'hang_midway' });
  const client = await rawConnection(port);
  client.send(rawPost('/v1/messages', clientKey, chatTo('midway', { stream: true })));
  await client.until('data: ');
  await close();
  expect(records).toMatchObject([{ status: 499, stream: true, target_name: 'relay' }]);
});

test('a client that leaves, before the first byte or midway, is a 499 and nobody’s fault', async () => {
  const { origin, port, provider, recordsAtEnd, events } = await start({
    hangs: 'hang_before_headers',
    midway: 'hang_midway',
  });
  for (const model of ['hangs', 'midway']) {
    const seen = provider.received();
    const headers = { authorization: `Bearer ${clientKey}` };
    const sent = httpRequest({ port, path: '/v1/messages', method: 'POST', headers });
    sent.on('error', () => {});
    const hasAnswer = new Promise<void>((resolve) => sent.on('response', () => resolve()));
    sent.end(JSON.stringify(chatTo(model, { stream: true })));
    await (model === 'midway' ? hasAnswer : expect.poll(() => provider.received()).toBe(seen + 1));
    sent.destroy();
  }
  await call(origin, '/');
  await new Promise((resolve) => setImmediate(resolve));
  await expect.poll(async () => (await recordsAtEnd()).length).toBe(2);
  const records = await recordsAtEnd();
  expect(records).toMatchObject([
    { status: 499, first_byte_s: null, error: null, attempts: [{ is_live_failure: false }] },
    { status: 499, error: null, attempts: [{ status: null, is_live_failure: false }] },
  ]);
  expect(events).toEqual([]);
});
