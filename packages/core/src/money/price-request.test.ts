import { expect, test } from 'vitest';
import { sampleOf } from '../../test/sample-of.ts';
import {
  type ProxyAttempt,
  type ProxyRequest,
  proxyAttemptSchema,
  proxyRequestSchema,
} from '../gateway/proxy-request.ts';
import { noUsage } from '../gateway/token-usage.ts';
import type { EffectivePrice } from './effective-price.ts';
import { priceRequest, recordedUsage } from './price-request.ts';

const attempts = [sampleOf(proxyAttemptSchema)];
const served: ProxyRequest = {
  ...sampleOf(proxyRequestSchema),
  ...{ route: 'chat', status: 200, attempts, input_tokens: 1_000_000, output_tokens: 500_000 },
};
const doing = (object_action: ProxyAttempt['object_action']): ProxyAttempt => ({
  ...sampleOf(proxyAttemptSchema),
  object_action,
});
const none = { input_tokens: null, output_tokens: null } as const;
const effective: EffectivePrice = {
  ...{ source: 'channel', multiplier: 0.5 },
  prices: [
    { input: 1, output: 4, request: 0.25, tiers: [{ above: 900_000, input: 2, output: 8 }] },
  ],
};

test('a record keeps the rates that it was computed with', () => {
  expect(priceRequest(served, effective)).toEqual({
    cost: 6.25,
    price: { source: 'channel', multiplier: 0.5, input: 2, output: 8, request: 0.25 },
  });
  expect(priceRequest(served, null)).toEqual({ cost: null, price: null });
});

test.each<[string, Partial<ProxyRequest>, number | null]>([
  ['a refusal of the gateway', { ...none, status: 429, attempts: [] }, 0],
  ['an error of the channel', { ...none, status: 502 }, 0],
  ['counting tokens', { ...none, route: 'count-tokens' }, 0],
  ['a file', { ...none, route: 'files' }, 0],
  ['a look at a batch', { ...none, route: 'batches', attempts: [doing('list')] }, 0],
  ['making a batch', { ...none, route: 'batches', attempts: [doing('create')] }, null],
  ['an answer without a report', { ...none, route: 'images' }, null],
  ['a client that left', { ...none, status: 499 }, null],
  ['a stream that broke after its report', { status: 502 }, 6.25],
])('%s costs %j', (_, fields, cost) => {
  const price = { ...effective, prices: effective.prices.map(({ request: _r, ...one }) => one) };
  const found = priceRequest({ ...served, ...fields }, cost === 6.25 ? effective : price);
  expect(found.cost).toBe(cost);
});

test('no part of a report is more than its whole', () => {
  const lie = { ...noUsage, inputTokens: 5, cachedInputTokens: 100, cacheWriteTokens: 1 };
  expect(recordedUsage({ ...lie, outputTokens: 7, reasoningTokens: 9 })).toMatchObject({
    ...{ input_tokens: 5, cached_input_tokens: 5, cache_write_tokens: 0 },
    ...{ output_tokens: 7, reasoning_tokens: 7, audio_output_tokens: null },
  });
  const partly = { ...noUsage, cachedInputTokens: 100 };
  expect(recordedUsage(partly).cached_input_tokens).toBe(100);
});
