import type { AliasIndex } from '../names/alias-group.ts';
import { createChannelNames } from '../names/channel-names.ts';
import { modelKey } from '../routing/asked-route.ts';
import type { Target } from '../targets/target.ts';
import { matchesPattern } from '../text/matches-pattern.ts';
import {
  type PriceSource,
  pricedClasses,
  type ScheduledPrice,
  type TokenRates,
} from './model-price.ts';
import { type PriceRule, parsePriceRule } from './price-rule.ts';

// Browsers import this file, so it must not import zod.

/** What a channel charges for a model. */
export interface EffectivePrice {
  /** With the channel's multiplier; see `priceAt`. */
  prices: readonly ScheduledPrice[];
  source: PriceSource;
  /** What the prices of the source were multiplied by: the channel's `price_multiplier` and `unit_cost`. */
  multiplier: number;
}

/** What a channel says about its prices. */
export type PricedChannel = Pick<
  Target,
  'prices' | 'price_multiplier' | 'unit_cost' | 'model_aliases' | 'base_url'
>;

/** What else decides about prices. */
export interface PriceRules {
  /** The setting, parsed: prices for all channels. */
  rules: readonly PriceRule[];
  /** Groups of names that are one model. */
  aliases: AliasIndex;
}

/** A model as the price table is asked for it. */
export interface AskedModel {
  /** Its own name on the channel, then what else it is called. */
  names: readonly string[];
  /** Of the channel's address: a provider's own API has that provider's prices. */
  host: string;
}

export type ChannelPricing = ReturnType<typeof createChannelPricing>;

/** Prices the models of one channel. */
export function createChannelPricing(channel: PricedChannel) {
  const own = channel.prices.map(parsePriceRule);
  const multiplier = product(channel.price_multiplier, channel.unit_cost);
  const channelNames = createChannelNames(channel.model_aliases);
  const host = hostOf(channel.base_url);
  const namesOf = (model: string, aliases: AliasIndex): string[] => {
    const key = modelKey(model);
    const here = [key, ...channelNames.namesOf(key)];
    return [...new Set(here.flatMap((name) => aliases.namesLike(name)))];
  };
  return {
    /** What the price table is asked for. */
    askedOf: (model: string, aliases: AliasIndex): AskedModel => ({
      names: namesOf(model, aliases),
      host,
    }),
    /** null: the model has no price. `list`: its price in the price table. */
    effectivePrice(
      model: string,
      { rules, aliases }: PriceRules,
      list: readonly ScheduledPrice[] | undefined,
    ): EffectivePrice | null {
      const names = namesOf(model, aliases);
      const ruled = (from: readonly PriceRule[]) =>
        from.find(({ pattern }) => names.some((name) => matchesPattern(name, pattern)))?.prices;
      const [channelPrice, settingPrice] = [ruled(own), ruled(rules)];
      const multiplied = (source: PriceSource, prices: readonly ScheduledPrice[]) => ({
        prices: prices.map((price) => multipliedPrice(price, multiplier)),
        ...{ source, multiplier },
      });
      if (channelPrice) return multiplied('channel', [channelPrice]);
      if (settingPrice) return multiplied('setting', [settingPrice]);
      return list ? multiplied('table', list) : null;
    },
  };
}

function hostOf(baseUrl: string): string {
  try {
    return new URL(baseUrl).hostname;
  } catch {
    return '';
  }
}

function multipliedPrice(price: ScheduledPrice, by: number): ScheduledPrice {
  const { request, tiers } = price;
  const multiplied: ScheduledPrice = { ...price, ...multipliedRates(price, by) };
  if (request !== undefined) multiplied.request = product(request, by);
  if (tiers) multiplied.tiers = tiers.map((tier) => ({ ...tier, ...multipliedRates(tier, by) }));
  return multiplied;
}

function multipliedRates(rates: TokenRates, by: number): TokenRates {
  const multiplied: TokenRates = {};
  for (const name of pricedClasses) {
    const rate = rates[name];
    if (rate !== undefined) multiplied[name] = product(rate, by);
  }
  return multiplied;
}

/** Without the last digits, which binary fractions get wrong: 3 × 0.3 is 0.9. */
function product(one: number, other: number): number {
  return Number((one * other).toPrecision(12));
}
