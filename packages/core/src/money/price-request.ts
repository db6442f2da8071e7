import { isProvingRoute } from '../evidence/evidence-route.ts';
import type { ProxyAttempt, ProxyRequest } from '../gateway/proxy-request.ts';
import type { TokenUsage } from '../gateway/token-usage.ts';
import type { AppliedPrice } from './applied-price.ts';
import { costOf, ratesFor } from './cost.ts';
import type { EffectivePrice } from './effective-price.ts';
import { type ModelPrice, priceAt, pricedClasses } from './model-price.ts';

// Browsers import this file, so it must not import zod.

/** What decides what a request cost. */
type Ended = Pick<ProxyRequest, 'timestamp' | 'route' | 'status' | 'attempts'> & Counted;
type Counted = Pick<ProxyRequest, (typeof countedFields)[number]>;
type Priced = Pick<ProxyRequest, 'cost' | 'price'>;

/** A record's fields by class; the columns of a stored request too. */
const countedFields = [
  ...['input_tokens', 'output_tokens', 'cached_input_tokens', 'cache_write_tokens'],
  ...['cache_write_1h_tokens', 'reasoning_tokens', 'audio_input_tokens', 'audio_output_tokens'],
  ...['image_input_tokens', 'image_output_tokens', 'tokens_estimated', 'reported_cost'],
] as const;

/** A request's tokens, as its record has them. */
export function usageOfRequest(request: Counted): TokenUsage {
  return {
    inputTokens: request.input_tokens,
    outputTokens: request.output_tokens,
    cachedInputTokens: request.cached_input_tokens,
    cacheWriteTokens: request.cache_write_tokens,
    cacheWrite1hTokens: request.cache_write_1h_tokens,
    reasoningTokens: request.reasoning_tokens,
    audioInputTokens: request.audio_input_tokens,
    audioOutputTokens: request.audio_output_tokens,
    imageInputTokens: request.image_input_tokens,
    imageOutputTokens: request.image_output_tokens,
    reportedCost: request.reported_cost,
    isEstimated: request.tokens_estimated,
  };
}

/**
 * A request's tokens, in the fields of its record. What a channel reports may contradict itself; here no
 * part is more than what is left of its whole.
 */
export function recordedUsage(usage: TokenUsage): Counted {
  const { inputTokens, outputTokens } = usage;
  const ofInput = partsOf(inputTokens);
  const ofOutput = partsOf(outputTokens);
  const cached = ofInput(usage.cachedInputTokens);
  const written = ofInput(usage.cacheWriteTokens);
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    cached_input_tokens: cached,
    cache_write_tokens: written,
    cache_write_1h_tokens: partsOf(written)(usage.cacheWrite1hTokens),
    reasoning_tokens: ofOutput(usage.reasoningTokens),
    audio_input_tokens: ofInput(usage.audioInputTokens),
    audio_output_tokens: ofOutput(usage.audioOutputTokens),
    image_input_tokens: ofInput(usage.imageInputTokens),
    image_output_tokens: ofOutput(usage.imageOutputTokens),
    reported_cost: usage.reportedCost,
    tokens_estimated: usage.isEstimated,
  };
}

/** Takes parts of a whole, as far as there are any left. */
function partsOf(whole: number | null): (part: number | null) => number | null {
  let left = whole ?? Number.POSITIVE_INFINITY;
  return (part) => {
    if (part === null) return null;
    const taken = Math.min(part, left);
    left -= taken;
    return taken;
  };
}

/** A request that nothing was charged for. */
const free: Priced = { cost: 0, price: null };
const unknown: Priced = { cost: null, price: null };

/**
 * What a request cost at the price of its time, and that price; `effective` null: its model has none. The
 * gateway and a new calculation of old records both call this.
 */
export function priceRequest(request: Ended, effective: EffectivePrice | null): Priced {
  const usage = usageOfRequest(request);
  const hasTokens = usage.inputTokens !== null || usage.outputTokens !== null;
  if (!hasTokens && !isCharged(request)) return free;
  const price = effective && priceAt(effective.prices, request.timestamp);
  if (!price) return unknown;
  const cost = costOf(usage, price);
  return cost === null ? unknown : { cost, price: appliedPrice(effective, price, usage) };
}

/**
 * Providers charge for what they answer, not for what they refuse; counting tokens and keeping files is
 * free. An answer that the client didn't wait for may have cost something.
 */
function isCharged({ route, status, attempts }: Ended): boolean {
  const last = attempts.at(-1);
  if (!last || !(isModelRoute(route) || isMade(route, last))) return false;
  return status < 300 || status === 499;
}

/** Batches and caches cost money later, and no answer says how much. */
function isMade(route: ProxyRequest['route'], { object_action }: ProxyAttempt): boolean {
  return object_action === 'create' && paidObjects.some((one) => one === route);
}

const paidObjects = ['batches', 'message-batches', 'cached-contents'] as const;

function isModelRoute(route: ProxyRequest['route']): boolean {
  if (route === 'models' || route === 'other') return false;
  return route === 'responses-compact' || isProvingRoute(route);
}

function appliedPrice(
  { source, multiplier }: EffectivePrice,
  price: ModelPrice,
  { inputTokens }: TokenUsage,
): AppliedPrice {
  const rates = ratesFor(price, inputTokens ?? 0);
  const applied: AppliedPrice = { source, multiplier };
  for (const name of pricedClasses) {
    const rate = rates[name];
    if (rate !== undefined) applied[name] = rate;
  }
  if (price.request !== undefined) applied.request = price.request;
  return applied;
}
