import Anthropic from '@anthropic-ai/sdk';
import { createInProcessBus } from '@api-monitor/bus';
import type { ProxyRequestsJob } from '@api-monitor/core';
import { recordProxyRequests, updateProxyKey } from '@api-monitor/db';
import { GoogleGenAI } from '@google/genai';
import OpenAI from 'openai';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest, type TestGateway, testStore } from './open-test-gateway.ts';
import { providerForTest } from './providers.ts';
import type { TestKey } from './test-key.ts';

const key = 'sk-budgeted';
/** An answer costs 0.14. */
const settings = { prices: ['m* = input 1000, output 10000', 'gratis = input 0, output 0'] };

type FakeModels = Parameters<typeof providerForTest>[0];

/** The second day of a month, far from its ends in every zone. */
const noonS = Date.parse('2026-12-02T12:00:00Z') / 1000;

/** Each answer takes 20 tokens in and 12 out. */
async function start(fields: Omit<TestKey, 'key'>, models: FakeModels = { m: 'good' }) {
  const provider = await providerForTest(models);
  const offered = Object.fromEntries(Object.keys(models).map((name) => [name, {}]));
  const channels = { one: { origin: provider.origin, models: offered } };
  const gateway = await gatewayForTest({ channels, keys: [{ key, ...fields }], settings });
  gateway.clock.aheadS = noonS - Date.now() / 1000;
  return { ...gateway, provider };
}

const dialects = {
  openai: ['/v1/chat/completions', chatTo('m')],
  anthropic: ['/v1/messages', chatTo('m', { max_tokens: 9 })],
  gemini: ['/v1beta/models/m:generateContent', { contents: [{ parts: [{ text: 'Hi' }] }] }],
} as const;

const ask = (
  { origin }: Pick<TestGateway, 'origin'>,
  dialect: keyof typeof dialects = 'anthropic',
) => call(origin, dialects[dialect][0], { key, body: dialects[dialect][1] });

test('a day’s budget is refused in each dialect, with what and until when, and no SDK retries it', async () => {
  const gateway = await start({ requests_per_day: 1, budget_time_zone: 'Asia/Shanghai' });
  expect((await ask(gateway)).status).toBe(200);
  const message =
    "this key's limit of 1 request a day is used up; it is free again at 2026-12-02T16:00:00Z";
  const openai = await ask(gateway, 'openai');
  expect([openai.status, openai.json.error]).toEqual([
    402,
    { message, type: 'insufficient_quota', param: null, code: 'insufficient_quota' },
  ]);
  expect(openai.headers['x-should-retry']).toBe('false');
  expect(openai.headers['retry-after']).toBeUndefined();
  expect((await ask(gateway, 'anthropic')).json).toMatchObject({
    ...{ type: 'error', error: { type: 'billing_error', message } },
  });
  expect((await ask(gateway, 'gemini')).json.error).toEqual({
    ...{ code: 402, message, status: 'RESOURCE_EXHAUSTED' },
  });
  expect(gateway.provider.received()).toBe(1);
  expect(await gateway.metrics.metrics()).toMatch(
    /api_monitor_gateway_refused_total\{reason="budget"\} 3/,
  );
  const records = await gateway.recordsAtEnd();
  expect(records.map(({ status, refused_for }) => [status, refused_for])).toEqual([
    ...[[200, null], ...Array(3).fill([402, 'budget'])],
  ]);
  expect(records[1]).toMatchObject({ key_name: key, requested_model: 'm', error: message });
});

test('the official SDKs ask once, and show what the gateway says', async () => {
  const gateway = await start({ requests_total: 1 });
  expect((await ask(gateway)).status).toBe(200);
  let arrived = 0;
  gateway.onRequest(() => {
    arrived += 1;
  });
  const options = { apiKey: key, maxRetries: 5 };
  const said = { status: 402, message: expect.stringContaining('1 request in all is used up') };
  const openai = new OpenAI({ ...options, baseURL: `${gateway.origin}/v1` });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  await expect(openai.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject(
    said,
  );
  await expect(openai.responses.create({ model: 'm', input: 'Hi' })).rejects.toMatchObject(said);
  const anthropic = new Anthropic({ ...options, baseURL: gateway.origin });
  const asked = { model: 'm', max_tokens: 9, messages };
  await expect(anthropic.messages.create(asked)).rejects.toMatchObject(said);
  const httpOptions = { baseUrl: gateway.origin, retryOptions: { attempts: 5 } };
  const google = new GoogleGenAI({ apiKey: key, httpOptions });
  const generated = google.models.generateContent({ model: 'm', contents: 'Hi' });
  await expect(generated).rejects.toMatchObject(said);
  expect(arrived).toBe(4);
});

test('what begins again within a minute is a 429 that SDKs wait for, and then it passes', async () => {
  const gateway = await start({ tokens_per_month: 60 });
  gateway.clock.aheadS += Date.parse('2026-12-31T23:59:20Z') / 1000 - noonS;
  expect([(await ask(gateway)).status, (await ask(gateway)).status]).toEqual([200, 200]);
  const { status, headers } = await ask(gateway);
  const waitS = Number(headers['retry-after']);
  expect([status, headers['x-should-retry']]).toEqual([429, undefined]);
  expect(waitS).toBeGreaterThan(0);
  expect(waitS).toBeLessThanOrEqual(40);
  gateway.clock.aheadS += 60;
  expect((await ask(gateway)).status).toBe(200);
});

test('a total never passes again, until its owner raises it; counting and lists are free', async () => {
  const gateway = await start({ requests_total: 1 });
  const { origin, db, bus } = gateway;
  expect((await ask(gateway)).status).toBe(200);
  expect((await ask(gateway)).json.error.message).toBe(
    "this key's limit of 1 request in all is used up",
  );
  const count = { key, body: chatTo('m') };
  expect((await call(origin, '/v1/messages/count_tokens', count)).status).not.toBe(402);
  expect((await call(origin, '/v1/models', { key })).status).toBe(200);
  await updateProxyKey(db, 2, { requests_total: 2 });
  await bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [2] } });
  await expect.poll(async () => (await ask(gateway)).status).toBe(200);
});

test('a budget goes on after a restart in its middle', async () => {
  const first = await start({ tokens_per_day: 100, requests_total: 50 });
  for (let times = 0; times < 2; times += 1) expect((await ask(first)).status).toBe(200);
  const { db, nowS } = first;
  await recordProxyRequests(db, await first.recordsAtEnd());
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  bus.proxyRequests.consume(
    async ({ requests }: ProxyRequestsJob) => void (await recordProxyRequests(db, requests)),
    { concurrency: 1 },
  );
  onTestFinished(() => bus.close());
  const second = await gatewayForTest({ options: { store: testStore({ db, nowS }), bus, nowS } });
  const left = async () => (await call(second.origin, '/v1/usage', { key })).json.budgets;
  expect(await left()).toMatchObject([{ used: 2 }, { used: 64, remaining: 36 }]);
  expect([(await ask(second)).status, (await ask(second)).status]).toEqual([200, 200]);
  expect((await ask(second)).status).toBe(402);
});

test('a key’s holder reads its own budgets, also in the words of OpenAI’s billing API', async () => {
  const gateway = await start({ requests_per_day: 4, tokens_total: 1_000 });
  const { origin } = gateway;
  await ask(gateway);
  const usage = await call(origin, '/v1/usage', { key });
  expect([usage.status, usage.headers['cache-control'], usage.json]).toEqual([
    200,
    'no-store',
    {
      ...{ object: 'key_usage', name: key, isValid: true, status: 'active' },
      ...{ mode: 'unrestricted', remaining: -1, unit: 'USD', expires_at: null, time_zone: 'UTC' },
      budgets: [
        {
          ...{ unit: 'requests', period: 'day', limit: 4, used: 1, remaining: 3 },
          ...{ started_at: '2026-12-02T00:00:00.000Z', resets_at: '2026-12-03T00:00:00.000Z' },
        },
        {
          ...{ unit: 'tokens', period: 'total', limit: 1_000, used: 32, remaining: 968 },
          ...{ started_at: null, resets_at: null },
        },
      ],
    },
  ]);
  const free = await call(origin, '/v1/dashboard/billing/subscription');
  expect(free.json).toMatchObject({ object: 'billing_subscription', hard_limit_usd: 100_000_000 });
  const spent = await call(origin, '/v1/dashboard/billing/usage?start_date=2026-12-01');
  expect(spent.json).toEqual({ object: 'list', total_usage: 0 });
  expect((await call(origin, '/v1/usage', { key: 'sk-nobody' })).status).toBe(401);
  expect((await call(origin, '/v1/usage', { key, body: {} })).status).toBe(405);
});

test('money is counted at the price of each answer, reserved while it runs, and what is free passes', async () => {
  const models: FakeModels = { m: 'good', gratis: 'good' };
  const gateway = await start({ cost_per_month: 0.3, cost_total: 5 }, models);
  const { origin } = gateway;
  const chat = async (model: string, more: object = {}) =>
    (await call(origin, '/v1/chat/completions', { key, body: chatTo(model, more) })).status;
  expect(await chat('m')).toBe(200);
  // Two at once, of which each may cost nearly all that is left.
  const both = await Promise.all([chat('m', { max_tokens: 14 }), chat('m', { max_tokens: 14 })]);
  expect(both.sort()).toEqual([200, 429]);
  expect(await chat('m')).toBe(200);
  const { status, json } = await call(origin, '/v1/chat/completions', { key, body: chatTo('m') });
  expect([status, json.error.message]).toEqual([
    402,
    "this key's limit of 0.3 USD a month is used up; it is free again at 2027-01-01T00:00:00Z",
  ]);
  expect(await chat('gratis')).toBe(200);
  expect((await call(origin, '/v1/usage', { key })).json).toMatchObject({
    ...{ mode: 'quota_limited', remaining: 0, unit: 'USD' },
    budgets: [
      { unit: 'USD', period: 'month', used: 0.42 },
      { unit: 'USD', period: 'total', used: 0.42, remaining: 4.58 },
    ],
  });
  const billing = '/v1/dashboard/billing';
  expect((await call(origin, `${billing}/usage`, { key })).json.total_usage).toBe(42);
  expect((await call(origin, `${billing}/subscription`, { key })).json.hard_limit_usd).toBe(0.3);
});

test('what has no price, or too high a one, isn’t offered to a key that minds', async () => {
  const models: FakeModels = { m: 'good', unheard: 'good', gratis: 'good' };
  const gateway = await start({ cost_total: 9, max_price: 9_999 }, models);
  const { origin, db, bus } = gateway;
  const chat = async (model: string) => {
    const { status, json } = await call(origin, '/v1/chat/completions', {
      ...{ key, body: chatTo(model) },
    });
    return [status, json.error?.message ?? null];
  };
  expect(await chat('m')).toEqual([403, '"one/m" costs more than this key\'s max_price']);
  expect(await chat('unheard')).toEqual([403, expect.stringContaining('price of "one/unheard"')]);
  expect(await chat('gratis')).toEqual([200, null]);
  await updateProxyKey(db, 2, { max_price: 10_000, allow_unpriced: true });
  await bus.events.publish({ type: 'proxy_keys_changed', data: { key_ids: [2] } });
  await expect.poll(() => chat('m')).toEqual([200, null]);
  expect(await chat('unheard')).toEqual([200, null]);
  const { budgets } = (await call(origin, '/v1/usage', { key })).json;
  expect(budgets[0].used).toBeCloseTo(0.14, 6);
});

test('a stream that is cut counts for what came, by an estimate', async () => {
  const gateway = await start({ cost_total: 100, tokens_total: 1e6 }, { m: 'closed_midway' });
  const body = chatTo('m', { stream: true });
  await call(gateway.origin, '/v1/chat/completions', { key, body });
  const { budgets } = (await call(gateway.origin, '/v1/usage', { key })).json;
  const [record] = await gateway.recordsAtEnd();
  expect(record?.cost).toBeGreaterThan(0);
  expect(budgets).toMatchObject([
    { used: expect.closeTo(record?.cost ?? 0, 6) },
    { used: (record?.input_tokens ?? 0) + (record?.output_tokens ?? 0) },
  ]);
});

test('a key with budgets can’t have an answer made later, nor by another model than the one that is priced', async () => {
  const gateway = await start({ cost_total: 9 });
  const post = async (path: string, body: object) => {
    const { status, json } = await call(gateway.origin, path, { key, body });
    return [status, json.error?.message ?? null];
  };
  const later = { model: 'm', input: 'Hi', background: true };
  expect(await post('/v1/responses', later)).toEqual([403, expect.stringContaining('background')]);
  expect((await post('/v1/responses', { ...later, background: false }))[0]).toBe(200);
  const others = { models: ['m', 'dearer'] };
  expect(await post('/v1/chat/completions', chatTo('m', others))).toEqual([
    400,
    expect.stringContaining('must not name another model'),
  ]);
  expect((await post('/v1/chat/completions', chatTo('m', { models: ['m'] })))[0]).toBe(200);
  expect(gateway.provider.received()).toBe(2);
});
