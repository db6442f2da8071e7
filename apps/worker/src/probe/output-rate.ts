import type { Answer } from '@api-monitor/core';

/** A shorter stream came in one piece, as far as a clock on a network can tell. */
const shortestSpanS = 0.01;

/**
 * Output tokens per second after the first: those that came, by the time from the first token to
 * the answer's end. Null where nothing streamed, nothing was counted, or there is nothing to divide.
 */
export function outputRate(
  answer: Answer,
  firstTokenS: number | null,
  endS: number,
): number | null {
  if (firstTokenS === null || answer.outputTokens === null) return null;
  // Tokens of a thought that stayed out of sight were made before the first one that came.
  const unseen = answer.hasThought ? 0 : (answer.reasoningTokens ?? 0);
  const tokens = answer.outputTokens - unseen - 1;
  const spanS = endS - firstTokenS;
  if (tokens < 1 || spanS < shortestSpanS) return null;
  return Math.round((tokens / spanS) * 100) / 100;
}
