/**
 * The tokens of a request, by class. Every wire format reports them in its own way; here and everywhere
 * else, input and output are whole, and the other classes are parts of them. null: not reported.
 */
export interface TokenUsage {
  /** All input: what was read from a cache and what was written to one are included. */
  inputTokens: number | null;
  /** All output, including reasoning. */
  outputTokens: number | null;
  /** The part of the input that was read from a cache. */
  cachedInputTokens: number | null;
  /** The part of the input that was written to a cache. */
  cacheWriteTokens: number | null;
  /** The part of the output that is reasoning. */
  reasoningTokens: number | null;
}

export const noUsage: TokenUsage = {
  ...{ inputTokens: null, outputTokens: null },
  ...{ cachedInputTokens: null, cacheWriteTokens: null, reasoningTokens: null },
};
