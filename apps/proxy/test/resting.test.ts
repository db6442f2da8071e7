import { findingsOfRequest } from '@api-monitor/core';
import { recordModelProbe } from '@api-monitor/db';
import { expect, test, vi } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { findingsOf, probeOf } from './test-channel.ts';

const chat = '/v1/chat/completions';

async function start(options: { hasGood?: boolean } = {}) {
  const bad = await providerForTest({ m: 'http_500' }, { hasSideEndpoints: true });
  const good = await providerForTest({ m: 'good' });
  const models = { m: { ageS: 5 } };
  const gateway = await gatewayForTest({
    channels: {
      bad: { origin: bad.origin, models },
      ...(options.hasGood === false ? {} : { good: { origin: good.origin, models } }),
    },
  });
  const ask = async (model = 'm', path = chat) => {
    const { status, headers, json } = await call(gateway.origin, path, { body: chatTo(model) });
    return { status, attempts: headers['x-proxy-attempts'], headers, json };
  };
  const evidenceEvents = () =>
    gateway.events.flatMap((event) => (event.type === 'evidence_changed' ? [event.data] : []));
  return { ...gateway, bad, good, ask, evidenceEvents };
}

test('a channel that fails rests at once: the next request goes elsewhere, and an event says so', async () => {
  const { ask, bad, evidenceEvents, targetIds } = await start();
  for (const attempts of ['2', '1', '1']) expect((await ask()).attempts).toBe(attempts);
  expect(bad.received()).toBe(1);
  expect(evidenceEvents()).toMatchObject([
    {
      target_id: targetIds.bad,
      model: 'm',
      evidence: {
        ...{ route: 'chat', state: 'proven', failures: 1, error_kind: 'upstream' },
      },
    },
  ]);
});

test('while the only channel rests, the answer is one that SDKs try again, and says why', async () => {
  const { ask, bad } = await start({ hasGood: false });
  expect((await ask()).status).toBe(500);
  const { status, headers, json } = await ask();
  expect([status, headers['retry-after'], json.error.code]).toEqual([503, '1', 'no_channel']);
  expect(json.error.message).toMatch(/"bad\/m" rests after a failure/);
  expect(bad.received()).toBe(1);
});

test('after a rate limit that answer is a 429, and Retry-After is kept to', async () => {
  let asked = 0;
  const origin = await upstreamForTest((_, response) => {
    asked += 1;
    response.writeHead(429, { 'retry-after': '7' }).end('{"error":{"message":"slow down"}}');
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const ask = () => call(gateway.origin, chat, { body: chatTo('m') });
  expect((await ask()).status).toBe(429);
  const { status, headers, json } = await ask();
  expect([status, json.error.code]).toEqual([429, 'rate_limit_exceeded']);
  expect(Number(headers['retry-after'])).toBeGreaterThan(5);
  gateway.clock.aheadS += 6;
  expect((await ask()).headers['retry-after']).toBe('1');
  expect(asked).toBe(1);
  gateway.clock.aheadS += 2;
  await ask();
  expect(asked).toBe(2);
});

test('a channel that had too many requests is asked last for its other models, for a moment', async () => {
  const limited = await upstreamForTest((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (body.includes('"n"')) response.end(goodBody);
      else response.writeHead(429).end('{"error":{"message":"slow down"}}');
    });
  });
  const good = await providerForTest({ n: 'good' });
  const gateway = await gatewayForTest({
    channels: {
      limited: { origin: limited, models: { m: {}, n: {} } },
      good: { origin: good.origin, models: { n: {} } },
    },
  });
  const { limited: first, good: other } = gateway.targetIds;
  const targetOf = async (model: string) => {
    const { headers } = await call(gateway.origin, chat, { body: chatTo(model) });
    return Number(headers['x-proxy-target-id']);
  };
  expect(await targetOf('n')).toBe(first);
  await targetOf('m');
  expect(await targetOf('n')).toBe(other);
  expect(gateway.events).toContainEqual(
    expect.objectContaining({
      type: 'fault_changed',
      data: expect.objectContaining({ fault: expect.objectContaining({ kind: 'rate_limit' }) }),
    }),
  );
  // Whoever wants no other is served all the same, and that ends it.
  expect(await targetOf('limited/n')).toBe(first);
  expect(await targetOf('n')).toBe(first);
  gateway.clock.aheadS += 1;
  await targetOf('m');
  expect(await targetOf('n')).toBe(other);
  gateway.clock.aheadS += 30;
  expect(await targetOf('n')).toBe(first);
});

test('the gateway asks for no probes', async () => {
  const { ask, bus } = await start();
  await ask();
  expect(await bus.modelProbes.depth()).toEqual({ waiting: 0, active: 0 });
});

test('a model that the channel says it no longer has is a failure of the model', async () => {
  const { ask, bad, evidenceEvents, targetIds } = await start();
  bad.setBehaviour('m', 'http_404_model');
  expect((await ask()).attempts).toBe('2');
  expect(evidenceEvents()).toMatchObject([
    { target_id: targetIds.bad, evidence: { failures: 1, error_kind: 'not_found' } },
  ]);
});

test('a success in between starts the count again', async () => {
  const { ask, bad, clock, evidenceEvents } = await start();
  for (const how of ['http_500', 'good', 'http_500', 'good', 'http_500'] as const) {
    bad.setBehaviour('m', how);
    clock.aheadS += 2;
    await ask('bad/m');
  }
  await expect.poll(() => evidenceEvents().at(-1)?.evidence.failures).toBe(1);
  expect(evidenceEvents().every(({ evidence }) => evidence.failures <= 1)).toBe(true);
});

test('token counts that succeed don’t hide that the model fails', async () => {
  const { ask, bad, clock, evidenceEvents } = await start();
  for (let failures = 1; failures <= 3; failures += 1) {
    await ask('bad/m');
    await ask('bad/m', '/v1/messages/count_tokens');
    clock.aheadS += 5;
  }
  await expect.poll(() => evidenceEvents().at(-1)?.evidence.failures).toBe(3);
  expect(bad.received()).toBeGreaterThan(3);
});

test('a side endpoint’s answer says nothing about the model', async () => {
  const provider = await providerForTest({ m: 'good' });
  const channels = { relay: { origin: provider.origin, models: { m: {} } } };
  const { origin, events } = await gatewayForTest({ channels });
  for (let burst = 0; burst < 25; burst += 1) {
    const answer = await call(origin, '/v1/messages/count_tokens', { body: chatTo('m') });
    expect(answer.status).toBe(404);
    expect(answer.json.error.message).toContain('Invalid URL');
  }
  expect(events).toEqual([]);
  expect((await call(origin, '/v1/messages', { body: chatTo('m') })).status).toBe(200);
});

test('after the rest one request tries again: if it fails, the rest is longer; if it succeeds, it is over', async () => {
  const { ask, bad, clock, evidenceEvents } = await start();
  await ask('bad/m');
  for (const restS of [1, 2, 4]) {
    clock.aheadS += restS - 0.5;
    expect((await ask('bad/m')).status).toBe(503);
    clock.aheadS += 0.5;
    expect((await ask('bad/m')).status).toBe(500);
  }
  clock.aheadS += 8;
  bad.setBehaviour('m', 'good');
  expect((await ask('bad/m')).status).toBe(200);
  expect((await ask('bad/m')).status).toBe(200);
  await expect.poll(() => evidenceEvents().at(-1)?.evidence.failures).toBe(0);
  expect(bad.received()).toBe(6);
});

test('of many requests at the same time only one tries the model after its rest', async () => {
  const { ask, bad, clock } = await start();
  await ask('bad/m');
  clock.aheadS += 2;
  bad.setBehaviour('m', 'slow');
  const statuses = await Promise.all(
    Array.from({ length: 8 }, async () => (await ask('bad/m')).status),
  );
  expect(statuses.toSorted()).toEqual([200, 503, 503, 503, 503, 503, 503, 503]);
});

test('a trial’s first token lets the others in, before its answer has ended', async () => {
  const { gateway, ask, end } = await startSlowStream();
  await ask();
  gateway.clock.aheadS += 2;
  const trial = ask(true);
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(200);
  end();
  expect((await trial).status).toBe(200);
});

/** An upstream that fails once, and then streams a token and waits. */
async function startSlowStream() {
  let asked = 0;
  const waiting: (() => void)[] = [];
  const origin = await upstreamForTest(async (request, response) => {
    asked += 1;
    const body = Buffer.concat(await request.toArray()).toString();
    if (asked === 1) response.writeHead(500).end('{}');
    else if (!body.includes('"stream":true')) response.end(goodBody);
    else {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"choices":[{"delta":{"content":"I"}}]}\n\n');
      waiting.push(() => response.end('data: [DONE]\n\n'));
    }
  });
  const gateway = await gatewayForTest({ channels: { relay: { origin, models: { m: {} } } } });
  const ask = (stream = false) => call(gateway.origin, chat, { body: chatTo('m', { stream }) });
  return { gateway, ask, end: () => waiting.map((finish) => finish()) };
}

test('a trial whose client leaves is free for the next', async () => {
  const { ask, bad, clock, origin } = await start({ hasGood: false });
  await ask();
  clock.aheadS += 2;
  bad.setBehaviour('m', 'hang_before_headers');
  const controller = new AbortController();
  const left = fetch(`${origin}${chat}`, {
    ...{ method: 'POST', signal: controller.signal, body: JSON.stringify(chatTo('m')) },
    headers: { authorization: 'Bearer sk-proxy-client-0123456789' },
  }).catch(() => null);
  await expect.poll(() => bad.received()).toBe(2);
  controller.abort();
  await left;
  bad.setBehaviour('m', 'good');
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(200);
});

test('a probe that passes ends the rest without any event', async () => {
  const { ask, bad, db, nowS, targetIds } = await start();
  await ask('bad/m');
  expect((await ask('bad/m')).status).toBe(503);
  bad.setBehaviour('m', 'good');
  await recordModelProbe(db, {
    target_id: targetIds.bad ?? 0,
    probe: probeOf('m', {}, nowS()),
    findings: findingsOf({}, nowS()),
    remembered: null,
    nowS: nowS(),
  });
  await vi.waitFor(async () => expect((await ask('bad/m')).status).toBe(200), 10_000);
});

test('a refused key takes the whole channel out at once, whatever model met it', async () => {
  const provider = await providerForTest({ m: 'http_401', n: 'good' });
  const good = await providerForTest({ n: 'good' });
  const gateway = await gatewayForTest({
    channels: {
      bad: { origin: provider.origin, models: { m: {}, n: {} } },
      good: { origin: good.origin, models: { n: {} } },
    },
  });
  const ask = (model: string) => call(gateway.origin, chat, { body: chatTo(model) });
  expect((await ask('bad/m')).status).toBe(401);
  const refused = await ask('bad/n');
  expect([refused.status, refused.json.error.code]).toEqual([503, 'no_channel']);
  expect(refused.json.error.message).toContain('the channel "bad" has been failing');
  expect((await ask('n')).headers['x-proxy-attempts']).toBe('1');
  expect(gateway.events).toMatchObject([
    { type: 'fault_changed', data: { fault: { kind: 'auth' } } },
  ]);
});

test('an endpoint that isn’t probed proves and fails its own route alone', async () => {
  let isBroken = true;
  const origin = await upstreamForTest((request, response) => {
    if (request.url === chat) response.end(goodBody);
    else if (isBroken) response.socket?.destroy();
    else response.end('{"results":[{"index":0,"relevance_score":0.9}]}');
  });
  const channels = { relay: { origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels });
  const ask = async (path: string) =>
    (await call(gateway.origin, path, { body: chatTo('m') })).status;
  expect(await ask('/v1/rerank')).toBe(502);
  expect(await ask('/v1/rerank')).toBe(503);
  gateway.clock.aheadS += 2;
  isBroken = false;
  expect([await ask('/v1/rerank'), await ask(chat)]).toEqual([200, 200]);
  const findings = (await gateway.recordsAtEnd()).flatMap(findingsOfRequest);
  expect(findings.map(({ route, outcome }) => [route, outcome])).toEqual([
    ['rerank', 'failure'],
    ['rerank', 'success'],
    ['chat', 'success'],
  ]);
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
  gateway.clock.aheadS += 2;
  error = { code: 'context_length_exceeded', type: 'invalid_request_error' };
  for (let times = 0; times < 5; times += 1) expect(await ask()).toBe(200);
  error = { type: 'server_error' };
  expect(await ask()).toBe(200);
  expect(await ask()).toBe(503);
  const findings = (await gateway.recordsAtEnd()).flatMap(findingsOfRequest);
  expect(findings.map(({ outcome }) => outcome)).toEqual(['failure', 'failure']);
});

test('bad requests of a client are nobody’s failure', async () => {
  const { ask, bad, evidenceEvents } = await start();
  for (const how of ['http_400', 'http_422', 'http_413'] as const) {
    bad.setBehaviour('m', how);
    expect((await ask('bad/m')).attempts).toBe('1');
  }
  expect(evidenceEvents()).toEqual([]);
});
