import type { BalanceSource, Exchange } from '@api-monitor/core';
import { expect, test } from 'vitest';
import {
  type BalanceResult,
  type BalanceStep,
  balanceRequest,
  balanceSourcesAt,
  nextBalanceStep,
  startBalanceSearch,
} from './balance-search.ts';
import { multiplierRequest, readMultipliers } from './read-multipliers.ts';

const nowS = Date.parse('2026-11-28T12:00:00Z') / 1000;

type Answers = Record<string, unknown>;

function answer(given: unknown, status = 200): Exchange {
  const body = typeof given === 'string' ? given : JSON.stringify(given);
  const times = { firstByteS: 0.1, durationS: 0.1 };
  return { answered: true, status, headers: {}, body, cut: null, ...times };
}
const withStatus = (status: number, body: unknown = { error: { message: 'no' } }) =>
  answer(body, status);
const isExchange = (given: unknown): given is Exchange =>
  typeof given === 'object' && given !== null && 'answered' in given;

const missing = withStatus(404, {
  error: { message: 'Invalid URL', type: 'invalid_request_error' },
});
const panel = answer('<!doctype html><title>New API</title><div id="root"></div>');

interface Asked {
  baseUrl?: string;
  known?: BalanceSource | null;
  otherwise?: Exchange;
}

/** What comes of these answers, by path without the query, and what was asked. */
function search(
  answers: Answers,
  { baseUrl = 'https://relay.example', known = null, otherwise = missing }: Asked = {},
) {
  const asked: string[] = [];
  let step: BalanceStep = startBalanceSearch({ baseUrl, known, nowS });
  while (!step.done) {
    const { request, isAtRoot } = balanceRequest(step.state);
    asked.push(`${isAtRoot ? 'root ' : ''}${request.path}`);
    const given = answers[request.path.split('?')[0] ?? ''];
    const exchange = given === undefined ? otherwise : isExchange(given) ? given : answer(given);
    step = nextBalanceStep(step.state, exchange);
  }
  return { result: step.result, asked };
}
const resultOf = (answers: Answers, asked?: Asked): BalanceResult => search(answers, asked).result;
const readingOf = (answers: Answers, asked?: Asked) => {
  const result = resultOf(answers, asked);
  return result.ok ? result.reading : result;
};
const faultOf = (answers: Answers, asked?: Asked) => {
  const result = resultOf(answers, asked);
  return result.ok ? 'ok' : result.fault;
};

const status = {
  success: true,
  message: '',
  data: { quota_per_unit: 500_000, quota_display_type: 'USD', usd_exchange_rate: 7.3 },
};
const token = (data: object) => ({
  code: true,
  message: 'ok',
  data: { object: 'token_usage', name: 'main', ...data },
});
const limited = token({
  total_granted: 1_000_000,
  total_used: 250_000,
  total_available: 750_000,
  unlimited_quota: false,
  expires_at: 0,
});
const subscription = {
  object: 'billing_subscription',
  has_payment_method: true,
  soft_limit_usd: 20,
  hard_limit_usd: 20,
  system_hard_limit_usd: 20,
  access_until: 0,
};
const usage = { object: 'list', total_usage: 1234.5 };

test('every endpoint is asked in its order, below the base URL or at the root', () => {
  expect(search({}).asked).toEqual([
    '/v1/usage',
    'root /api/usage/token/',
    '/v1/dashboard/billing/subscription',
    'root /api/v1/credits',
    'root /user/balance',
    'root /v1/user/info',
    'root /v1/users/me/balance',
  ]);
  expect(faultOf({})).toBe('absent');
});

test('what answered last is asked first, and nothing else if it answers', () => {
  const { asked, result } = search(
    { '/api/v1/credits': { data: { total_credits: 5, total_usage: 2 } } },
    { known: 'openrouter' },
  );
  expect(asked).toEqual(['root /api/v1/credits']);
  expect(result).toMatchObject({ ok: true, reading: { source: 'openrouter', amount: 3 } });
});

test('what answered last is looked for elsewhere once it is gone, but not while it fails', () => {
  const found = { '/v1/usage': { mode: 'unrestricted', remaining: 4, unit: 'USD' } };
  expect(readingOf(found, { known: 'new_api' })).toMatchObject({ source: 'sub2api', amount: 4 });
  const failing = search({ ...found, '/api/usage/token/': withStatus(502) }, { known: 'new_api' });
  expect(failing).toMatchObject({
    asked: ['root /api/usage/token/'],
    result: { ok: false, fault: 'failed' },
  });
});

test('a vendor is asked at its own endpoint alone, or not at all', () => {
  expect(balanceSourcesAt('https://openrouter.ai/api')).toEqual(['openrouter']);
  expect(balanceSourcesAt('https://api.deepseek.com/anthropic')).toEqual(['deepseek']);
  expect(balanceSourcesAt('https://api.moonshot.cn')).toEqual(['moonshot']);
  expect(balanceSourcesAt('https://api.siliconflow.cn')).toEqual(['siliconflow']);
  for (const url of [
    'https://api.openai.com',
    'https://api.anthropic.com',
    'https://x.openai.azure.com',
    'https://generativelanguage.googleapis.com',
  ]) {
    expect(search({}, { baseUrl: url })).toMatchObject({ asked: [], result: { fault: 'absent' } });
  }
  expect(balanceSourcesAt('https://notdeepseek.com')).toHaveLength(7);
});

test('sub2api says what is left of the key, −1 without a limit', () => {
  const answered = {
    mode: 'quota_limited',
    isValid: true,
    status: 'active',
    remaining: 7.5,
    unit: 'USD',
    quota: { limit: 10, used: 2.5, remaining: 7.5, unit: 'USD' },
    expires_at: '2026-12-24T00:00:00Z',
  };
  expect(readingOf({ '/v1/usage': answered })).toEqual({
    ...{ source: 'sub2api', amount: 7.5, unit: 'USD', per_usd: 1, granted: 10, used: 2.5 },
    expires_at: Date.parse('2026-12-24T00:00:00Z') / 1000,
  });
  const free = {
    mode: 'unrestricted',
    isValid: true,
    remaining: -1,
    unit: 'USD',
    usage: { total: { cost: 3 } },
  };
  expect(readingOf({ '/v1/usage': free })).toMatchObject({
    amount: null,
    used: 3,
    expires_at: null,
  });
  const owing = { mode: 'unrestricted', remaining: -0.25, unit: 'USD' };
  expect(readingOf({ '/v1/usage': owing })).toMatchObject({ amount: -0.25 });
});

test('another program’s usage isn’t sub2api’s', () => {
  expect(faultOf({ '/v1/usage': { object: 'list', data: [], remaining: 'much' } })).toBe('absent');
  expect(faultOf({ '/v1/usage': [] })).toBe('absent');
  expect(faultOf({ '/v1/usage': { remaining: 5 } })).toBe('absent');
});

test('new-api says it in raw units, a number of which are a dollar', () => {
  const answers = { '/api/usage/token/': limited, '/api/status': status };
  expect(readingOf(answers)).toEqual({
    ...{ source: 'new_api', amount: 1.5, unit: 'USD', per_usd: 1, granted: 2, used: 0.5 },
    expires_at: null,
  });
  expect(readingOf({ '/api/usage/token/': limited })).toMatchObject({
    ...{ amount: 750_000, unit: 'quota', per_usd: null },
  });
  const zero = { data: { quota_per_unit: 0 } };
  expect(readingOf({ ...answers, '/api/status': zero })).toMatchObject({ unit: 'quota' });
});

test('a unit isn’t guessed while new-api’s status fails', () => {
  expect(faultOf({ '/api/usage/token/': limited, '/api/status': withStatus(503) })).toBe('failed');
});

test('an unlimited key of new-api has the balance of its account, if the billing endpoints say it', () => {
  const free = token({
    total_granted: 0,
    total_used: 500_000,
    total_available: -1,
    unlimited_quota: true,
    expires_at: 1_800_000_000,
  });
  const answers = { '/api/usage/token/': free, '/api/status': status };
  expect(readingOf(answers)).toMatchObject({
    source: 'new_api',
    amount: null,
    used: 1,
    expires_at: 1_800_000_000,
  });
  const account = {
    ...answers,
    '/v1/dashboard/billing/subscription': subscription,
    '/v1/dashboard/billing/usage': usage,
  };
  expect(readingOf(account)).toMatchObject({ source: 'billing', amount: 20 - 12.345 });
  const none = {
    ...account,
    '/v1/dashboard/billing/subscription': { ...subscription, hard_limit_usd: 100_000_000 },
  };
  expect(readingOf(none)).toMatchObject({ source: 'new_api', amount: null });
});

test('a key that new-api refuses with status 200 is refused', () => {
  for (const refusal of [
    { success: false, message: '无效的令牌' },
    { success: false, message: 'No Authorization header' },
    { code: false, message: 'invalid token', data: null },
  ]) {
    expect(['refused', 'failed'], JSON.stringify(refusal)).toContain(
      faultOf({ '/api/usage/token/': refusal }),
    );
  }
});

test('the billing endpoints say it in the unit that the site shows', () => {
  const answers = {
    '/v1/dashboard/billing/subscription': subscription,
    '/v1/dashboard/billing/usage': usage,
  };
  const shown = (data: object) => readingOf({ ...answers, '/api/status': { data } });
  expect(shown(status.data)).toMatchObject({
    amount: 20 - 12.345,
    unit: 'USD',
    per_usd: 1,
    granted: 20,
    used: 12.345,
  });
  expect(shown({ ...status.data, quota_display_type: 'CNY' })).toMatchObject({
    unit: 'CNY',
    per_usd: 7.3,
  });
  expect(shown({ ...status.data, quota_display_type: 'TOKENS' })).toMatchObject({
    unit: 'tokens',
    per_usd: 500_000,
  });
  expect(shown({ quota_per_unit: 500_000, display_in_currency: false })).toMatchObject({
    unit: 'tokens',
  });
  expect(readingOf(answers)).toMatchObject({ unit: 'USD' });
  const { asked } = search(answers);
  expect(asked).toContain('/v1/dashboard/billing/usage?start_date=2026-08-21&end_date=2026-11-29');
});

test('100000000 is no limit', () => {
  const answers = {
    '/v1/dashboard/billing/subscription': { ...subscription, hard_limit_usd: 100_000_000 },
    '/v1/dashboard/billing/usage': usage,
  };
  expect(readingOf(answers)).toMatchObject({ amount: null, granted: null, used: 12.345 });
});

test('vendors say it in their own shapes', () => {
  const deepseek = {
    is_available: true,
    balance_infos: [
      {
        currency: 'USD',
        total_balance: '0.00',
        granted_balance: '0.00',
        topped_up_balance: '0.00',
      },
      {
        currency: 'CNY',
        total_balance: '110.00',
        granted_balance: '10.00',
        topped_up_balance: '100.00',
      },
    ],
  };
  expect(
    readingOf({ '/user/balance': deepseek }, { baseUrl: 'https://api.deepseek.com' }),
  ).toMatchObject({ amount: 110, unit: 'CNY', per_usd: null });
  const silicon = {
    code: 20000,
    message: 'OK',
    status: true,
    data: { id: 'u', balance: '0.88', chargeBalance: '88.00', totalBalance: '88.88' },
  };
  expect(
    readingOf({ '/v1/user/info': silicon }, { baseUrl: 'https://api.siliconflow.cn' }),
  ).toMatchObject({ amount: 88.88, unit: 'CNY' });
  const kimi = {
    code: 0,
    data: { available_balance: 49.58894, voucher_balance: 46.58893, cash_balance: 3.00001 },
    scode: '0x0',
    status: true,
  };
  expect(
    readingOf({ '/v1/users/me/balance': kimi }, { baseUrl: 'https://api.moonshot.cn' }),
  ).toMatchObject({ amount: 49.58894, unit: 'CNY' });
  expect(
    readingOf({ '/v1/users/me/balance': kimi }, { baseUrl: 'https://api.moonshot.ai' }),
  ).toMatchObject({ unit: 'USD' });
  const router = { data: { total_credits: 100.5, total_usage: 120.75 } };
  expect(
    readingOf({ '/api/v1/credits': router }, { baseUrl: 'https://openrouter.ai/api' }),
  ).toMatchObject({ amount: -20.25 });
});

test('a panel that answers every path with its page has no balance', () => {
  expect(search({}, { otherwise: panel })).toMatchObject({
    result: { ok: false, fault: 'absent' },
  });
});

test.each<[string, Exchange, string]>([
  ['a challenge page', withStatus(403, '<html>Just a moment...</html>'), 'failed'],
  ['a refused key', withStatus(401), 'refused'],
  ['a server error', withStatus(500), 'failed'],
  ['a redirect to another host', withStatus(302, ''), 'absent'],
  ['a body that is too long', { ...panel, cut: 'too_long' } as Exchange, 'absent'],
  ['an empty body', answer(''), 'absent'],
  ['a number', answer('5'), 'absent'],
])('%s everywhere is %3$s', (_, otherwise, fault) => {
  expect(faultOf({}, { otherwise })).toBe(fault);
});

test('a limit or a dead connection ends the search at once', () => {
  for (const otherwise of [
    withStatus(429),
    { answered: false, kind: 'network', message: 'connection refused', durationS: 0 } as const,
  ]) {
    expect(search({}, { otherwise }).asked).toEqual(['/v1/usage']);
  }
});

test('amounts that can’t be counted with are no balance', () => {
  for (const remaining of [null, true, 'NaN', 'Infinity', '1e999', {}, [5], '']) {
    expect(faultOf({ '/v1/usage': { mode: 'unrestricted', remaining, unit: 'USD' } })).toBe(
      'absent',
    );
  }
  const huge = '{"mode":"unrestricted","unit":"USD","remaining":1e308}';
  expect(faultOf({ '/v1/usage': answer(huge) })).toBe('absent');
});

test('a hostile body doesn’t make the reader throw', () => {
  const deep = `${'{"data":'.repeat(5000)}1${'}'.repeat(5000)}`;
  const proto = '{"__proto__":{"mode":"x","remaining":5},"data":{"__proto__":null}}';
  for (const body of [deep, proto, '{"data":null}', '{"balance_infos":"x"}', 'null', '[]']) {
    expect(faultOf({}, { otherwise: answer(body) })).toBe('absent');
  }
});

test('relays say what they charge, each in its way', () => {
  const charges = {
    object: 'sub2api.key_billing',
    schema_version: 1,
    group_rate_multiplier: 0.5,
    effective_rate_multiplier: 0.6,
  };
  expect(readMultipliers('sub2api', answer(charges))).toEqual([{ group: null, value: 0.6 }]);
  const pricing = {
    success: true,
    data: [],
    group_ratio: { default: 1, vip: 0.8, hidden: 2, bad: 'x' },
    usable_group: { default: '', vip: '', bad: '' },
  };
  expect(readMultipliers('new_api', answer(pricing))).toEqual([
    { group: 'default', value: 1 },
    { group: 'vip', value: 0.8 },
  ]);
  expect(readMultipliers('billing', panel)).toEqual([]);
  expect(readMultipliers('billing', withStatus(500))).toBeNull();
  expect(multiplierRequest('moonshot')).toBeNull();
  expect(multiplierRequest('new_api')?.request.path).toBe('/api/pricing');
});

test('a rate with which an amount would be no number is none', () => {
  const rates = [1e-300, 0, -1, 1e300, '0.0000000001', 'NaN', null, {}];
  for (const rate of rates) {
    const data = { quota_per_unit: rate, quota_display_type: 'CNY', usd_exchange_rate: rate };
    expect(
      readingOf({ '/api/usage/token/': limited, '/api/status': { ...status, data } }),
      `${rate}`,
    ).toMatchObject({ unit: 'quota', amount: 750_000, per_usd: null });
    const billed = { '/v1/dashboard/billing/subscription': subscription };
    expect(
      readingOf({ ...billed, '/v1/dashboard/billing/usage': usage, '/api/status': { data } }),
      `${rate}`,
    ).toMatchObject({ unit: 'CNY', per_usd: null });
  }
});
