import { expect, test } from 'vitest';
import { createAliasIndex } from '../names/alias-group.ts';
import { createChannelPricing, type PricedChannel } from './effective-price.ts';
import { parsePriceRule } from './price-rule.ts';

const list = [{ input: 2, output: 8, tiers: [{ above: 100, input: 4, output: 16 }] }];

function priceOf(
  model: string,
  channel: Partial<PricedChannel>,
  { setting = [], groups = [], table = undefined as typeof list | undefined } = {},
) {
  const base = { base_url: 'https://api.relay.example/v1', model_aliases: [], prices: [] };
  const pricing = createChannelPricing({ ...base, price_multiplier: 1, unit_cost: 1, ...channel });
  const aliases = createAliasIndex(groups);
  const rules = (setting as string[]).map(parsePriceRule);
  return pricing.effectivePrice(model, { rules, aliases }, table);
}

test('the channel’s own price comes before the setting’s, and that before the table’s', () => {
  const setting = ['m = input 3, output 9'] as never[];
  const own = { prices: ['x = input 1, output 1', 'm* = input 5, output 7', 'm = request 1'] };
  expect(priceOf('m', own, { setting, table: list })).toMatchObject({
    ...{ source: 'channel', prices: [{ input: 5, output: 7 }] },
  });
  expect(priceOf('m', {}, { setting, table: list })).toMatchObject({
    ...{ source: 'setting', prices: [{ input: 3, output: 9 }] },
  });
  expect(priceOf('m', {}, { table: list })).toEqual({
    source: 'table',
    multiplier: 1,
    prices: list,
  });
  expect(priceOf('m', {})).toBeNull();
});

test('every rate is multiplied by what the channel charges and what its credit costs', () => {
  expect(
    priceOf('m', { price_multiplier: 0.3 }, { table: [{ input: 3, output: 7, tiers: [] }] }),
  ).toMatchObject({
    prices: [{ input: 0.9, output: 2.1 }],
  });
  const cheap = { price_multiplier: 0.5, unit_cost: 0.2 };
  expect(priceOf('m', cheap, { table: list })).toEqual({
    ...{ source: 'table', multiplier: 0.1 },
    prices: [{ input: 0.2, output: 0.8, tiers: [{ above: 100, input: 0.4, output: 1.6 }] }],
  });
  const own = { ...cheap, prices: ['m = request 1'] };
  expect(priceOf('m', own)?.prices).toEqual([{ request: 0.1 }]);
});

test('a rule may name any of a model’s names', () => {
  const aliased = { model_aliases: ['fast = models/m'], prices: ['fast = request 1'] };
  expect(priceOf('models/m', aliased)?.source).toBe('channel');
  const groups = ['public = m = other'] as never[];
  const setting = ['public = request 2'] as never[];
  expect(priceOf('m', {}, { groups, setting })?.source).toBe('setting');
  expect(priceOf('n', {}, { groups, setting })).toBeNull();
});

test('the price table is asked for all names at the channel’s host', () => {
  const pricing = createChannelPricing({
    ...{ base_url: 'https://api.relay.example/v1', model_aliases: ['fast = m'], prices: [] },
    ...{ price_multiplier: 1, unit_cost: 1 },
  });
  expect(pricing.askedOf('m', createAliasIndex(['m = n']))).toEqual({
    ...{ names: ['m', 'n', 'fast'], host: 'api.relay.example' },
  });
});
