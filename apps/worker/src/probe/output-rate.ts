import type { Answer } from '@api-monitor/core';

/** A shorter stream arrived in one piece, as far as can be measured over a network. */
const shortestSpanS = 0.01;

/**
 * Output tokens per second after the first token, until the answer's end. Null if it didn't stream, the
 * tokens weren't counted, or there are too few.
 */
export function outputRate(
  answer: Answer,
  firstTokenS: number | null,
  endS: number,
): number | null {
  if (firstTokenS === null || answer.outputTokens === null) return null;
  // Tokens of a hidden thought were generated before the first one that arrived.
  const unseen = answer.hasThought ? 0 : (answer.reasoningTokens ?? 0);
  const tokens = answer.outputTokens - unseen - 1;
  const spanS = endS - firstTokenS;
  if (tokens < 1 || spanS < shortestSpanS) return null;
  return Math.round((tokens / spanS) * 100) / 100;
}
