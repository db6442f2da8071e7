import { type PriceClass, priceClasses } from './price-rule.ts';

// Browsers import this file, so it must not import zod.

/** The classes of tokens that may have a price of their own. */
export type PricedClass = Exclude<PriceClass, 'request'>;
export const pricedClasses = priceClasses.filter((one): one is PricedClass => one !== 'request');

/** US dollars per million tokens, by class; an absent class costs what the class costs that it is part of. */
export type TokenRates = Partial<Record<PricedClass, number | undefined>>;

/** Where a price comes from: the channel's own rules, the rules for all channels, or the price table. */
export const priceSources = ['channel', 'setting', 'table'] as const;
export type PriceSource = (typeof priceSources)[number];

/** What a model costs. */
export interface ModelPrice extends TokenRates {
  /** US dollars for each request, in addition. */
  request?: number | undefined;
  /** Other rates for requests with a long input, the longest last. */
  tiers?: readonly PriceTier[] | undefined;
}

/** Rates that hold for all tokens of a request whose input is longer than `above` tokens. */
export interface PriceTier extends TokenRates {
  above: number;
}

/** A price that doesn't always hold: of several, the last one that does is meant. */
export interface ScheduledPrice extends ModelPrice {
  /** It holds from then on, in Unix seconds. */
  from?: number | undefined;
  /** It holds daily between these seconds of the day in UTC; the second is past the end. */
  daily?: readonly [from: number, until: number] | undefined;
}

const secondsPerDay = 86_400;

/** The price that holds at a time (Unix seconds); undefined if none does. */
export function priceAt<Price extends ScheduledPrice>(
  prices: readonly Price[],
  atS: number,
): Price | undefined {
  // Nearly all have one price, for ever.
  return prices.length === 1 ? prices[0] : prices.findLast((price) => holds(price, atS));
}

function holds({ from, daily }: ScheduledPrice, atS: number): boolean {
  if (from !== undefined && atS < from) return false;
  if (!daily) return true;
  const second = atS % secondsPerDay;
  const [start, end] = daily;
  return start <= end ? second >= start && second < end : second >= start || second < end;
}
