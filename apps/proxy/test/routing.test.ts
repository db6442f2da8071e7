import type { GivenSettings } from '@api-monitor/core';
import { setSettings, updateTarget } from '@api-monitor/db';
import type { FakeProviderOptions } from '@api-monitor/fake-provider';
import { expect, test } from 'vitest';
import type { GatewayOptions } from '../src/create-gateway.ts';
import { type Call, call, chatTo } from './call.ts';
import { goodBody, goodEvent } from './good-answers.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';
import type { TestChannel } from './test-channel.ts';
import { addKey } from './test-key.ts';

type How = FakeProviderOptions['models'][string];
interface Channel extends Omit<TestChannel, 'origin' | 'models'> {
  how?: How;
  model?: TestChannel['models'][string];
}

const chat = '/v1/chat/completions';

/** Channels that all offer the model `m`, in this order. */
async function start(
  given: Record<string, Channel>,
  settings: GivenSettings = {},
  options: Partial<GatewayOptions> = {},
) {
  const channels: Record<string, TestChannel> = {};
  const providers = new Map<string, Awaited<ReturnType<typeof providerForTest>>>();
  for (const [name, { how = 'good', model = {}, ...rest }] of Object.entries(given)) {
    const provider = await providerForTest({ m: how });
    providers.set(name, provider);
    channels[name] = { origin: provider.origin, models: { m: model }, ...rest };
  }
  const gateway = await gatewayForTest({ channels, settings, options });
  const nameById = new Map(Object.entries(gateway.targetIds).map(([name, id]) => [id, name]));
  const ask = async (more: Call = {}, model = 'm') => {
    const answer = await call(gateway.origin, chat, { body: chatTo(model), ...more });
    const { headers } = answer;
    return {
      ...answer,
      from: nameById.get(Number(headers['x-proxy-target-id'])),
      attempts: Number(headers['x-proxy-attempts']),
    };
  };
  const received = (name: string) => providers.get(name)?.received() ?? 0;
  return { ...gateway, gateway, ask, received };
}

const many = async <T>(count: number, work: () => Promise<T>) => {
  const results: T[] = [];
  for (let at = 0; at < count; at += 1) results.push(await work());
  return results;
};

test('fresh proof ranks before stale, stale before another route’s, and a failed model is never asked', async () => {
  const stale = { ageS: 2 * 30 * 60 + 60 };
  const channels = {
    unproven: { model: { routes: ['responses'] as const } },
    failed: { model: { isAlive: false } },
    stale: { model: stale },
    fresh: {},
  };
  const { ask, received } = await start(channels);
  expect((await ask()).from).toBe('fresh');
  const noFresh = await start({ ...channels, fresh: { model: { isAlive: false } } });
  expect((await noFresh.ask()).from).toBe('stale');
  const unproven = await start({ failed: channels.failed, unproven: channels.unproven });
  expect((await unproven.ask()).from).toBe('unproven');
  expect(received('failed')).toBe(0);
});

test('by latency the fastest goes first, and those about as fast share', async () => {
  const channels = {
    slow: { model: { firstTokenS: 2 } },
    fast: { model: { firstTokenS: 0.2 } },
    near: { model: { firstTokenS: 0.22 } },
    unmeasured: {},
  };
  const { ask } = await start(channels, { routing_policy: 'latency' });
  const froms = new Set(await many(30, async () => (await ask()).from));
  expect([...froms].sort()).toEqual(['fast', 'near']);
});

test('by priority the first channel gets all requests, and by round robin each gets its share', async () => {
  const channels = { a: {}, b: {}, c: {} };
  const byPriority = await start(channels, { routing_policy: 'priority' });
  expect(new Set(await many(4, async () => (await byPriority.ask()).from))).toEqual(new Set(['a']));
  const inTurn = await start(channels, { routing_policy: 'round-robin' });
  const froms = await many(6, async () => (await inTurn.ask()).from);
  expect(froms.toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
});

test.each([
  ['http_401', 401, 'auth'],
  ['http_402', 402, 'quota'],
  ['http_408', 408, 'timeout'],
  ['http_429', 429, 'rate_limit'],
  ['http_500', 500, 'upstream'],
  ['http_502_page', 502, 'upstream'],
  ['http_503', 503, 'upstream'],
  ['http_529', 529, 'upstream'],
  ['reset_before_headers', null, 'network'],
  ['closed_before_headers', null, 'network'],
  ['not_http', null, 'network'],
] as const)(
  '%s moves on to the next channel, whose answer is all that the client sees',
  async (how, status, kind) => {
    const { ask, recordsAtEnd } = await start({ bad: { how }, good: {} });
    const answer = await ask();
    expect([answer.status, answer.from, answer.attempts]).toEqual([200, 'good', 2]);
    expect(answer.text).toContain('I am m.');
    const records = await recordsAtEnd();
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      status: 200,
      target_name: 'good',
      error: null,
      attempts: [
        { target_name: 'bad', status, error_kind: kind, is_live_failure: true },
        { target_name: 'good', status: 200, error: null, is_live_failure: false },
      ],
    });
  },
);

test('if no first byte comes in time, the next channel is tried too', async () => {
  const fields = { timeout_s: 3 };
  const { ask } = await start({ bad: { how: 'hang_before_headers', fields }, good: {} });
  const startedAt = performance.now();
  const answer = await ask({ body: chatTo('m', { stream: true }) });
  expect([answer.status, answer.from, answer.attempts]).toEqual([200, 'good', 2]);
  expect(performance.now() - startedAt).toBeGreaterThan(2900);
});

test.each(['http_400', 'http_422'] as const)(
  '%s is the client’s fault and goes back to it at once',
  async (how) => {
    const { ask, received } = await start({ bad: { how }, good: {} });
    const answer = await ask();
    expect([answer.from, answer.attempts]).toEqual(['bad', 1]);
    expect(received('good')).toBe(0);
  },
);

test('if every channel answers a content 403, the last one’s reaches the client', async () => {
  const { ask } = await start({ a: { how: 'http_403' }, b: { how: 'http_403' } });
  const answer = await ask();
  expect([answer.status, answer.from, answer.attempts]).toEqual([403, 'b', 2]);
});

test('after the first token no other channel is tried', async () => {
  let cut = () => {};
  const how: How = (_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(goodEvent);
    cut = () => response.end();
  };
  const { port, received } = await start({ bad: { how }, good: {} });
  const client = await rawConnection(port);
  client.send(rawPost(chat, clientKey, chatTo('m', { stream: true })));
  await client.until('I am m.');
  cut();
  await client.until('upstream_interrupted');
  expect(received('good')).toBe(0);
});

test('a higher priority goes first whatever the policy says, and the others are its reserve', async () => {
  const channels = {
    fast: { model: { firstTokenS: 0.1 } },
    preferred: { model: { firstTokenS: 3 }, fields: { priority: 1 } },
    last: { fields: { priority: -1 } },
  };
  const { ask } = await start(channels, { routing_policy: 'latency' });
  expect(await many(3, async () => (await ask()).from)).toEqual(Array(3).fill('preferred'));
  const failing = { ...channels, preferred: { ...channels.preferred, how: 'http_503' } } as const;
  expect((await (await start(failing)).ask()).from).toBe('fast');
});

test('by weight, requests are shared but a conversation stays where it is', async () => {
  const channels = { heavy: { fields: { weight: 9 } }, light: { fields: { weight: 1 } } };
  const { ask, db, targetIds, bus, nowS } = await start(channels, { routing_policy: 'weighted' });
  const places = await many(60, async () => (await ask()).from);
  const heavy = places.filter((name) => name === 'heavy').length;
  expect(heavy).toBeGreaterThan(40);
  const turn = (first: string) => ({
    ...chatTo('m'),
    messages: [
      { role: 'user', content: first },
      { role: 'assistant', content: 'Hello.' },
      { role: 'user', content: 'And?' },
    ],
  });
  const homes = new Map<string, string | undefined>();
  for (const [at] of places.entries()) {
    const name = `conversation ${at}`;
    homes.set(name, (await ask({ body: turn(name) })).from);
  }
  // Even if its channel is the last one to go to by now.
  const target_id = targetIds.light ?? 0;
  await updateTarget(db, target_id, { priority: -9 }, nowS());
  await bus.events.publish({ type: 'target_updated', data: { target_id } });
  for (const [name, home] of homes) expect((await ask({ body: turn(name) })).from).toBe(home);
});

test('a change of the settings counts without a restart', async () => {
  const { ask, db, nowS } = await start({ a: {}, b: {} });
  expect(await many(4, async () => (await ask()).from)).toEqual(['a', 'a', 'a', 'a']);
  const firstOf = async () => new Set(await many(4, async () => (await ask()).from)).size;
  await setSettings(db, { routing_policy: 'round-robin' }, nowS());
  await expect.poll(firstOf, { interval: 20 }).toBe(2);
  await setSettings(db, { bare_models: 'false' }, nowS());
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(404);
  expect((await ask({}, 'b/m')).from).toBe('b');
  await setSettings(db, { bare_models: null, routing_policy: null }, nowS());
  await expect.poll(async () => (await ask()).status, { interval: 20 }).toBe(200);
  expect(await firstOf()).toBe(1);
});

test('a key’s own policy counts for its requests only', async () => {
  const { ask, gateway } = await start({ a: {}, b: {} });
  const key = 'sk-proxy-in-turn-0123456789';
  await addKey(gateway.db, { key, routing_policy: 'round-robin' }, {}, gateway.nowS());
  await gateway.bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [2] } });
  const headers = { authorization: `Bearer ${key}` };
  await expect.poll(async () => (await ask({ headers })).status).toBe(200);
  const places = await many(4, async () => (await ask({ headers })).from);
  expect(places.filter((name) => name === 'a')).toHaveLength(2);
  expect(await many(3, async () => (await ask()).from)).toEqual(['a', 'a', 'a']);
});

test('attempts are limited, and the last channel’s own words reach the client', async () => {
  const how = 'http_503';
  const channels = { a: { how }, b: { how }, c: { how }, d: { how } } as const;
  const { ask, received } = await start(channels, {}, { attemptLimit: 3 });
  const answer = await ask();
  expect([answer.status, answer.from, answer.attempts]).toEqual([503, 'c', 3]);
  expect(answer.json.error.message).toBe('Service unavailable');
  expect(received('d')).toBe(0);
});

test('an endless error body doesn’t keep the client from the next channel', async () => {
  const endless: How = (ask, response) => {
    response.writeHead(500, { 'content-type': 'text/plain' });
    const timer = setInterval(() => response.write('x'.repeat(1024)), 5);
    ask.closed.addEventListener('abort', () => clearInterval(timer));
  };
  const { ask } = await start({ bad: { how: endless }, good: {} });
  const answer = await ask();
  expect([answer.status, answer.from, answer.attempts]).toEqual([200, 'good', 2]);
});

test('a request for a pinned channel never goes to another', async () => {
  const { ask, received } = await start({ bad: { how: 'http_500' }, good: {} });
  const answer = await ask({}, 'bad/m');
  expect([answer.status, answer.from, answer.attempts]).toEqual([500, 'bad', 1]);
  expect(received('good')).toBe(0);
});

test('a name with a slash is a bare one if no channel has the name before it', async () => {
  const provider = await providerForTest({ 'org/m': 'good' });
  const channels = { relay: { origin: provider.origin, models: { 'org/m': {} } } };
  const { origin } = await gatewayForTest({ channels });
  for (const model of ['org/m', 'relay/org/m']) {
    expect((await call(origin, chat, { body: chatTo(model) })).status, model).toBe(200);
  }
});

test('with bare names off a bare name is a 404 that says how to name it', async () => {
  const { ask } = await start({ a: {} }, { bare_models: false });
  const answer = await ask();
  expect([answer.status, answer.json.error.code]).toEqual([404, 'model_not_found']);
  expect(answer.json.error.message).toContain('channel/model');
  expect((await ask({}, 'a/m')).status).toBe(200);
});

test.each(['x-claude-code-session-id', 'session-id', 'x-session-affinity'])(
  'a conversation by %s stays on its channel',
  async (name) => {
    const { ask } = await start({ a: {}, b: {}, c: {} }, { routing_policy: 'round-robin' });
    const headers = { [name]: 'conversation 1' };
    const froms = await many(6, async () => (await ask({ headers })).from);
    expect(new Set(froms).size).toBe(1);
    const others = await many(3, async () => (await ask()).from);
    expect(new Set(others).size).toBe(3);
  },
);

test('a conversation moves on if its channel fails, and stays there', async () => {
  let isBroken = false;
  const how: How = (_, response) => {
    if (isBroken) response.writeHead(500).end();
    else response.end(goodBody);
  };
  const { ask } = await start({ a: { how }, b: {} });
  const headers = { 'session-id': 'conversation 2' };
  expect((await ask({ headers })).from).toBe('a');
  isBroken = true;
  expect((await ask({ headers })).from).toBe('b');
  isBroken = false;
  expect((await ask({ headers })).from).toBe('b');
});
