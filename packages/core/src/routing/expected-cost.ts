import { type BudgetFields, budgetLimitsOf } from '../budgets/budget-limit.ts';
import type { EvidenceRoute } from '../evidence/evidence-route.ts';
import type { ProxyKey } from '../gateway/proxy-key.ts';
import { noUsage, type TokenUsage } from '../gateway/token-usage.ts';
import { costOf, isFree, ratesFor } from '../money/cost.ts';
import type { EffectivePrice } from '../money/effective-price.ts';
import { type ModelPrice, priceAt } from '../money/model-price.ts';

// Browsers import this file, so it must not import zod.

/** How long a request is, and its answer will be, in tokens. */
export interface RequestSize {
  inputTokens: number;
  outputTokens: number;
}

/** What a request is taken for if nothing is known of it; its answer counts if the client allows more. */
export const typicalRequest: Readonly<RequestSize> = { inputTokens: 4_000, outputTokens: 500 };

/** Which part of a conversation's last input its channel read from a cache, from 0 to 1. */
export interface CachedShare {
  targetId: number;
  share: number;
}

/** A request before it is sent. */
export interface ExpectedRequest extends RequestSize {
  /** Null: it begins a conversation, or nothing is known of the channel's cache. */
  cached: CachedShare | null;
}

/**
 * What a request would cost at a target, in the unit of its price; null if the price isn't known. A
 * conversation's channel has its beginning in a cache; another one would have to write it to its own.
 */
export function expectedCost(
  price: EffectivePrice | null,
  targetId: number,
  expected: ExpectedRequest,
  nowS: number,
): number | null {
  const now = price && priceAt(price.prices, nowS);
  return now ? costOf(usageAt(targetId, expected), now) : null;
}

function usageAt(targetId: number, { inputTokens, outputTokens, cached }: ExpectedRequest) {
  const usage: TokenUsage = { ...noUsage, inputTokens, outputTokens };
  if (!cached) return usage;
  const known = Math.round(inputTokens * cached.share);
  if (cached.targetId === targetId) usage.cachedInputTokens = known;
  else usage.cacheWriteTokens = known;
  return usage;
}

/** What a key demands of prices. */
export interface PriceDemands {
  /** The most that a million tokens of input or of output may cost; null: no limit. */
  maxPrice: number | null;
  /** Whether the price must be known. */
  mustBeKnown: boolean;
}

export const noDemands: Readonly<PriceDemands> = { maxPrice: null, mustBeKnown: false };

type DemandingKey = Pick<ProxyKey, 'max_price' | 'allow_unpriced' | keyof BudgetFields>;

/** A key with a ceiling or a budget of money needs to know prices, unless it says otherwise. */
export function priceDemandsOf(key: DemandingKey): PriceDemands {
  const { max_price, allow_unpriced } = key;
  const countsMoney = max_price !== null || budgetLimitsOf(key).some(({ unit }) => unit === 'cost');
  return { maxPrice: max_price, mustBeKnown: countsMoney && !allow_unpriced };
}

/** Sounds, pictures and scores: their answers may not say what they used, and nothing else tells it. */
const unreportedRoutes: readonly EvidenceRoute[] = [
  ...(['images', 'image-edits', 'image-variations'] as const),
  ...(['speech', 'transcriptions', 'translations', 'rerank'] as const),
];

/** Whether answers on this route may leave open what they used, so that only a price by the request tells their cost. */
export function isUnreported(route: EvidenceRoute): boolean {
  return unreportedRoutes.includes(route);
}

/** What is wrong with a price by a key's demands; null if nothing is. */
export function faultOfPrice(
  price: EffectivePrice | null,
  { maxPrice, mustBeKnown }: PriceDemands,
  { route, inputTokens }: { route: EvidenceRoute; inputTokens: number },
  nowS: number,
): 'price_unknown' | 'too_expensive' | null {
  if (maxPrice === null && !mustBeKnown) return null;
  const now = price && priceAt(price.prices, nowS);
  const isKnown = now && (!isUnreported(route) || isByRequest(now) || isFree(now));
  if (mustBeKnown && !isKnown) return 'price_unknown';
  if (!now) return null;
  const { input = 0, output = 0 } = ratesFor(now, inputTokens);
  return maxPrice !== null && Math.max(input, output) > maxPrice ? 'too_expensive' : null;
}

function isByRequest({ input, output, request }: ModelPrice): boolean {
  return request !== undefined && input === undefined && output === undefined;
}
