import { BlockList } from 'node:net';
import { createInProcessBus } from '@api-monitor/bus';
import { expect, onTestFinished, test } from 'vitest';
import { type Call, call, chatTo } from './call.ts';
import { clientKey, gatewayForTest, masterToken } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';

/** The api has the same limit per address. */
const failures = 30;
const blockS = 600;

async function start(given: Parameters<typeof gatewayForTest>[0] = {}) {
  const provider = await providerForTest();
  const channels = { one: { origin: provider.origin, models: { m: {} } } };
  const gateway = await gatewayForTest({ channels, ...given });
  const ask = (key: string | null, headers: Call['headers'] = {}) =>
    call(gateway.origin, '/v1/chat/completions', { key, headers, body: chatTo('m') });
  const guess = (headers: Call['headers'] = {}) => ask('sk-guess', headers);
  const guessUntilBlocked = async (headers: Call['headers'] = {}) => {
    for (let n = 0; n < failures; n += 1) expect((await guess(headers)).status).toBe(401);
  };
  return { ...gateway, ask, guess, guessUntilBlocked };
}

function trusting(...addresses: string[]): BlockList {
  const list = new BlockList();
  for (const address of addresses) list.addAddress(address);
  return list;
}

test('thirty unknown keys a minute block an address for ten minutes, in each client’s dialect', async () => {
  const { origin, clock, guess, guessUntilBlocked } = await start();
  await guessUntilBlocked();
  const refused = await guess();
  expect([refused.status, refused.json.error.type]).toEqual([429, 'rate_limit_error']);
  expect(refused.json.error.message).toMatch(/unknown keys.*10 min/);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(blockS - 10);
  const path = '/v1beta/models/m:generateContent';
  const bad = { key: 'sk-bad', body: chatTo('m') };
  const errors = [
    (await call(origin, '/v1/messages', bad)).json.error.type,
    (await call(origin, path, bad)).json.error.status,
    (await call(origin, '/v1/models', { key: 'sk-bad' })).json.error.type,
    (await call(origin, '/v1beta/models', { key: 'sk-bad' })).json.error.status,
  ];
  expect(errors).toEqual([
    'rate_limit_error',
    'RESOURCE_EXHAUSTED',
    'rate_limit_error',
    'RESOURCE_EXHAUSTED',
  ]);
  clock.aheadS += blockS;
  expect((await guess()).status).toBe(401);
});

test('a valid key is served from a blocked address, and a paused one hears that it is paused', async () => {
  const paused = { key: 'sk-paused', enabled: false };
  const { ask, guess, guessUntilBlocked } = await start({ keys: [paused] });
  await guessUntilBlocked();
  expect((await guess()).status).toBe(429);
  for (const key of [clientKey, masterToken]) expect((await ask(key)).status).toBe(200);
  const answer = await ask(null, { authorization: 'Bearer sk-bad', 'x-api-key': clientKey });
  expect(answer.status).toBe(200);
  expect((await ask('sk-paused')).json.error.message).toBe('this key is paused');
  expect((await ask(null)).status).toBe(401);
});

test('unknown keys beside a valid one are served and count as guesses, each of them', async () => {
  const { ask, guess } = await start();
  const beside = {
    ...{ authorization: 'Bearer sk-bad', 'x-api-key': 'sk-worse', 'x-goog-api-key': clientKey },
  };
  for (let n = 0; n < failures / 2; n += 1) expect((await ask(null, beside)).status).toBe(200);
  expect((await guess()).status).toBe(429);
  expect((await ask(null, beside)).status).toBe(200);
});

test('a short master token looks like a wrong guess from a blocked address, even if it was used there', async () => {
  const short = 'correcthorse1234';
  const trustedProxies = trusting('127.0.0.1');
  const { origin, clock, ask, guessUntilBlocked } = await start({
    options: { trustedProxies },
    readMasterToken: async () => short,
  });
  const blocked = { 'x-forwarded-for': '203.0.113.9' };
  const elsewhere = { 'x-forwarded-for': '203.0.113.10' };
  expect((await ask(short, elsewhere)).status).toBe(200);
  await guessUntilBlocked(blocked);
  const seen = async (key: string) => {
    const chat = await ask(key, blocked);
    const list = await call(origin, '/v1/models', { key, headers: blocked });
    return [chat, list].map(({ status, json, headers }) => [
      ...[status, json, Object.keys(headers), headers['content-length']],
      Math.round(Number(headers['retry-after']) / 30),
    ]);
  };
  const wrong = await seen('sk-wrong');
  expect(wrong.map(([status]) => status)).toEqual([429, 429]);
  expect(await seen(short)).toEqual(wrong);
  const both = { ...blocked, authorization: 'Bearer sk-wrong', 'x-api-key': short };
  expect((await ask(null, both)).status).toBe(429);
  expect((await ask(clientKey, blocked)).status).toBe(200);
  await guessUntilBlocked(elsewhere);
  expect((await ask(short, elsewhere)).status).toBe(429);
  clock.aheadS += blockS;
  expect((await ask(short, elsewhere)).status).toBe(200);
});

test('requests without a key, or with one that is paused or expired, don’t count as guesses', async () => {
  const keys = [
    { key: 'sk-paused', enabled: false },
    { key: 'sk-expired', expires_at: 1 },
  ];
  const { ask, guess } = await start({ keys });
  for (let n = 0; n < failures; n += 1) {
    for (const key of [null, 'sk-paused', 'sk-expired']) expect((await ask(key)).status).toBe(401);
  }
  expect((await guess()).status).toBe(401);
});

test('only a trusted proxy’s header sets the address', async () => {
  const from = (address: string) => ({ 'x-forwarded-for': address });
  const trustedProxies = trusting('127.0.0.1');
  const behind = await start({ options: { trustedProxies } });
  await behind.guessUntilBlocked(from('6.6.6.6, 203.0.113.9'));
  expect((await behind.guess(from('203.0.113.9'))).status).toBe(429);
  expect((await behind.guess(from('203.0.113.10'))).status).toBe(401);
  const bare = await start();
  for (let n = 0; n < failures; n += 1) await bare.guess(from(`203.0.113.${n}`));
  expect((await bare.guess(from('203.0.113.99'))).status).toBe(429);
});

test('guesses at several gateways add up', async () => {
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  onTestFinished(() => bus.close());
  const [first, second] = [await start({ options: { bus } }), await start({ options: { bus } })];
  for (let n = 0; n < failures / 2; n += 1) {
    expect((await first.guess()).status).toBe(401);
    expect((await second.guess()).status).toBe(401);
  }
  // A gateway learns about a block when it next counts a failure itself.
  await first.guess();
  await expect.poll(async () => (await first.guess()).status).toBe(429);
});
