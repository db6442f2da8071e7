import { evidenceOf } from '@api-monitor/core';
import { recordModelProbe } from '@api-monitor/db';
import { expect, test, vi } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { probeOf } from './test-channel.ts';

const chat = '/v1/chat/completions';

async function start() {
  const bad = await providerForTest({ m: 'http_500' }, { hasSideEndpoints: true });
  const good = await providerForTest({ m: 'good' });
  const gateway = await gatewayForTest({
    channels: {
      bad: { origin: bad.origin, models: { m: { ageS: 5 } } },
      good: { origin: good.origin, models: { m: { ageS: 5 } } },
    },
  });
  const ask = async (model = 'm', path = chat) => {
    const { status, headers } = await call(gateway.origin, path, { body: chatTo(model) });
    return { status, attempts: headers['x-proxy-attempts'] };
  };
  const breakerEvents = () =>
    gateway.events.flatMap((event) => (event.type === 'breaker_changed' ? [event.data] : []));
  return { ...gateway, bad, good, ask, breakerEvents };
}

test('three failures in a row open the breaker: the channel is skipped, and an event says so', async () => {
  const { ask, bad, breakerEvents, targetIds, nowS } = await start();
  for (const attempts of ['2', '2', '2', '1', '1']) expect((await ask()).attempts).toBe(attempts);
  expect(bad.received()).toBe(3);
  expect(breakerEvents()).toEqual([
    {
      target_id: targetIds.bad,
      model: 'm',
      is_open: true,
      consecutive_failures: 3,
      error: 'HTTP 500',
      opened_at: expect.closeTo(nowS(), 0),
      trial_at: null,
    },
  ]);
  expect((await ask('bad/m')).status).toBe(503);
});

test('a failure requests a probe of that one model at once', async () => {
  const { ask, probesAskedFor, targetIds } = await start();
  await ask();
  await expect.poll(() => probesAskedFor).toEqual([{ target_id: targetIds.bad, model: 'm' }]);
});

test('a model that the channel says it no longer has is probed at once, and isn’t counted as a failure', async () => {
  const { ask, bad, breakerEvents, probesAskedFor, targetIds } = await start();
  bad.setBehaviour('m', 'http_404_model');
  for (let times = 0; times < 4; times += 1) expect((await ask('bad/m')).status).toBe(404);
  await expect.poll(() => probesAskedFor.length).toBeGreaterThan(0);
  expect(probesAskedFor[0]).toEqual({ target_id: targetIds.bad, model: 'm' });
  expect(breakerEvents()).toEqual([]);
});

test('a success in between starts the count again', async () => {
  const { ask, bad, breakerEvents } = await start();
  for (const how of ['http_500', 'http_500', 'good', 'http_500', 'http_500'] as const) {
    bad.setBehaviour('m', how);
    await ask('bad/m');
  }
  expect(breakerEvents()).toEqual([]);
});

test('token counts that succeed don’t hide that the model fails', async () => {
  const { ask, breakerEvents } = await start();
  for (let failures = 0; failures < 3; failures += 1) {
    await ask('bad/m');
    expect((await ask('bad/m', '/v1/messages/count_tokens')).status).toBe(failures < 2 ? 200 : 503);
  }
  expect(breakerEvents()).toMatchObject([{ is_open: true }]);
});

test('a side endpoint’s answer says nothing about the model', async () => {
  const provider = await providerForTest({ m: 'good' });
  const channels = { relay: { origin: provider.origin, models: { m: {} } } };
  const { origin, events, probesAskedFor } = await gatewayForTest({ channels });
  for (let burst = 0; burst < 25; burst += 1) {
    const answer = await call(origin, '/v1/messages/count_tokens', { body: chatTo('m') });
    expect(answer.status).toBe(404);
    expect(answer.json.error.message).toContain('Invalid URL');
  }
  expect([events, probesAskedFor]).toEqual([[], []]);
  expect((await call(origin, '/v1/messages', { body: chatTo('m') })).status).toBe(200);
});

test('after a pause one request tries again: if it fails, the breaker opens again; if it succeeds, it closes', async () => {
  const { ask, bad, clock, breakerEvents } = await start();
  for (let failures = 0; failures < 3; failures += 1) await ask('bad/m');
  clock.aheadS += 16;
  expect((await ask('bad/m')).status).toBe(500);
  expect((await ask('bad/m')).status).toBe(503);
  expect(bad.received()).toBe(4);
  clock.aheadS += 16;
  bad.setBehaviour('m', 'good');
  expect((await ask('bad/m')).status).toBe(200);
  expect((await ask('bad/m')).status).toBe(200);
  await expect.poll(() => breakerEvents().at(-1)?.is_open).toBe(false);
  const opened = breakerEvents().slice(0, -1);
  expect(opened.every(({ is_open }) => is_open)).toBe(true);
});

test('of many requests at the same time only one is the trial of a half-open breaker', async () => {
  const { ask, bad, clock } = await start();
  for (let failures = 0; failures < 3; failures += 1) await ask('bad/m');
  clock.aheadS += 16;
  bad.setBehaviour('m', 'slow');
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => (await ask('bad/m')).status),
  );
  expect(statuses.toSorted()).toEqual([200, 503, 503, 503, 503, 503, 503, 503]);
});

test('a probe that passes closes the breaker without any event', async () => {
  const { ask, bad, db, nowS, targetIds, breakerEvents } = await start();
  for (let failures = 0; failures < 3; failures += 1) await ask('bad/m');
  expect((await ask('bad/m')).status).toBe(503);
  bad.setBehaviour('m', 'good');
  await recordModelProbe(db, {
    target_id: targetIds.bad ?? 0,
    probe: probeOf('m', {}, nowS()),
    remembered: null,
    nowS: nowS(),
  });
  await vi.waitFor(async () => expect((await ask('bad/m')).status).toBe(200), 1500);
  await expect.poll(() => breakerEvents().at(-1)).toMatchObject({ is_open: false });
});

test('side endpoints that break or hang open no breaker', async () => {
  const origin = await upstreamForTest((request, response) => {
    if (request.url === chat) response.end('{}');
    else if (request.url === '/v1/rerank') response.socket?.destroy();
    else {
      response.writeHead(200, { 'content-length': 99 });
      response.write('half', () => response.socket?.destroy());
    }
  });
  const channels = { relay: { origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels });
  const body = chatTo('m');
  for (let times = 0; times < 4; times += 1) {
    expect((await call(gateway.origin, '/v1/rerank', { body })).status).toBe(502);
    await expect(call(gateway.origin, '/v1/audio/speech', { body })).rejects.toThrow();
  }
  expect((await call(gateway.origin, chat, { body })).status).toBe(200);
  expect([gateway.events, gateway.probesAskedFor]).toEqual([[], []]);
  expect((await gateway.recordsAtEnd())[0]).toMatchObject({
    error_kind: 'network',
    attempts: [{ is_live_failure: false }],
  });
});

test('a stream that reports the client’s mistake is neither a failure nor a success', async () => {
  let error: object = { type: 'server_error' };
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end(`data: ${JSON.stringify({ error })}\n\n`);
  });
  const channels = { relay: { origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels });
  const ask = async () =>
    (await call(gateway.origin, chat, { body: chatTo('m', { stream: true }) })).status;
  await ask();
  await ask();
  error = { code: 'context_length_exceeded' };
  for (let times = 0; times < 5; times += 1) expect(await ask()).toBe(200);
  expect(gateway.events).toEqual([]);
  error = { type: 'server_error' };
  await ask();
  expect(await ask()).toBe(503);
  const evidence = (await gateway.recordsAtEnd()).flatMap(evidenceOf);
  expect(evidence.map(({ outcome }) => outcome)).toEqual(['failure', 'failure', 'failure']);
});

test('a stream that reports an error on a side endpoint opens no breaker', async () => {
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.end('data: {"error":{"type":"server_error"}}\n\n');
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const body = { model: 'm', prompt: 'Who are you?', stream: true };
  for (let times = 0; times < 4; times += 1) {
    expect((await call(gateway.origin, '/v1/completions', { body })).status).toBe(200);
  }
  expect([gateway.events, gateway.probesAskedFor]).toEqual([[], []]);
  expect((await gateway.recordsAtEnd())[0]).toMatchObject({
    error: 'error within the stream',
    attempts: [{ is_live_failure: false }],
  });
});

test('bad requests of a client open no breaker', async () => {
  const { ask, bad, breakerEvents, probesAskedFor } = await start();
  for (const how of ['http_400', 'http_422', 'http_413'] as const) {
    bad.setBehaviour('m', how);
    await ask('bad/m');
  }
  expect([breakerEvents(), probesAskedFor]).toEqual([[], []]);
});
