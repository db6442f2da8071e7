import { namesOf } from '../pick.ts';

/**
 * The tokens of a request, by class. Every wire format reports them in its own way; here and everywhere
 * else, input and output are whole, and the other classes are parts of them that don't overlap. null: not
 * reported.
 */
export interface TokenUsage {
  /** All input: what was read from a cache and what was written to one are included. */
  inputTokens: number | null;
  /** All output, including reasoning. */
  outputTokens: number | null;
  /** The part of the input that was read from a cache. */
  cachedInputTokens: number | null;
  /** The part of the input that was written to a cache, for however long. */
  cacheWriteTokens: number | null;
  /** The part of what was written to a cache that stays for an hour (Anthropic's five minutes otherwise). */
  cacheWrite1hTokens: number | null;
  /** The part of the output that is reasoning. */
  reasoningTokens: number | null;
  /** The part of the input that is sound and wasn't read from a cache. */
  audioInputTokens: number | null;
  /** The part of the output that is sound. */
  audioOutputTokens: number | null;
  /** The part of the input that is pictures and wasn't read from a cache. */
  imageInputTokens: number | null;
  /** The part of the output that is pictures. */
  imageOutputTokens: number | null;
  /** What the channel itself says that the request cost, in its own unit (OpenRouter's credits). */
  reportedCost: number | null;
  /** The channel reported no tokens: these are estimated from what was sent and what came. */
  isEstimated: boolean;
}

export const noUsage: TokenUsage = {
  ...{ inputTokens: null, outputTokens: null },
  ...{ cachedInputTokens: null, cacheWriteTokens: null, cacheWrite1hTokens: null },
  ...{ reasoningTokens: null, reportedCost: null },
  ...{ audioInputTokens: null, audioOutputTokens: null },
  ...{ imageInputTokens: null, imageOutputTokens: null },
  isEstimated: false,
};

/** The tokens of two answers together. */
export function sumUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  const { isEstimated: _one, ...counts } = one;
  const sums = { ...counts };
  for (const name of namesOf(counts)) {
    const [a, b] = [one[name], other[name]];
    sums[name] = a === null && b === null ? null : (a ?? 0) + (b ?? 0);
  }
  return { ...sums, isEstimated: one.isEstimated || other.isEstimated };
}
