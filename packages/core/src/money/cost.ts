import type { TokenUsage } from '../gateway/token-usage.ts';
import { type ModelPrice, type PriceTier, pricedClasses, type TokenRates } from './model-price.ts';

// Browsers import this file, so it must not import zod.

const tokensPerPrice = 1_000_000;

/**
 * What these tokens cost, in the unit of the price; null if that isn't known: no tokens are known, or they
 * have no price. Every token is charged once, by the most special class that it belongs to.
 */
export function costOf(usage: TokenUsage, price: ModelPrice): number | null {
  const { request = 0 } = price;
  if (price.input === undefined && price.output === undefined) {
    return price.request === undefined ? null : request;
  }
  const { inputTokens, outputTokens } = usage;
  if (inputTokens === null && outputTokens === null) return null;
  const rates = ratesFor(price, inputTokens ?? 0);
  const input = inputTokens ? inputCost(usage, inputTokens, rates) : 0;
  const output = outputTokens ? outputCost(usage, outputTokens, rates) : 0;
  return input === null || output === null ? null : (input + output) / tokensPerPrice + request;
}

/** The rates for a request with this much input: those of the price itself, or of the tier that it reaches. */
export function ratesFor(price: ModelPrice, inputTokens: number): ModelPrice | PriceTier {
  return price.tiers?.findLast(({ above }) => inputTokens > above) ?? price;
}

/** Whether a request costs nothing whatever its tokens are. */
export function isFree({ tiers = [], ...price }: ModelPrice): boolean {
  const isWhole = price.input !== undefined && price.output !== undefined;
  const rates = [price, ...tiers].flatMap((one) => pricedClasses.map((name) => one[name] ?? 0));
  return (isWhole || price.request !== undefined) && [...rates, price.request ?? 0].every(isZero);
}

function isZero(rate: number): boolean {
  return rate === 0;
}

function inputCost(usage: TokenUsage, all: number, rates: TokenRates): number | null {
  const { input } = rates;
  if (input === undefined) return null;
  let plain = all;
  const take = (count: number | null): number => {
    const taken = Math.min(count ?? 0, plain);
    plain -= taken;
    return taken;
  };
  const { cached_input = input, cache_write = input } = rates;
  const cached = take(usage.cachedInputTokens);
  const written = take(usage.cacheWriteTokens);
  const forAnHour = Math.min(usage.cacheWrite1hTokens ?? 0, written);
  const sound = take(usage.audioInputTokens);
  const pictures = take(usage.imageInputTokens);
  return (
    cached * cached_input +
    (written - forAnHour) * cache_write +
    forAnHour * (rates.cache_write_1h ?? cache_write) +
    sound * (rates.audio_input ?? input) +
    pictures * (rates.image_input ?? input) +
    plain * input
  );
}

function outputCost(usage: TokenUsage, all: number, rates: TokenRates): number | null {
  const { output } = rates;
  if (output === undefined) return null;
  const reasoning = Math.min(usage.reasoningTokens ?? 0, all);
  const sound = Math.min(usage.audioOutputTokens ?? 0, all - reasoning);
  const pictures = Math.min(usage.imageOutputTokens ?? 0, all - reasoning - sound);
  return (
    reasoning * (rates.reasoning ?? output) +
    sound * (rates.audio_output ?? output) +
    pictures * (rates.image_output ?? output) +
    (all - reasoning - sound - pictures) * output
  );
}
