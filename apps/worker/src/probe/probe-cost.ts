import type { Attempt, ProbeResult } from '@api-monitor/core';

/** `requests`: HTTP requests, with redirects and repeated ones. */
type CostlyAttempt = Pick<Attempt, 'exchange' | 'reading'> & { requests: number };
type Cost = Pick<ProbeResult, 'requests' | 'input_tokens' | 'output_tokens'>;

/** A token is about this long, which is used when a provider doesn't report how many there were. */
const charactersPerToken = 4;

/** What all requests of a probe cost. Tokens that weren't reported are estimated from lengths. */
export function costOf(attempts: readonly CostlyAttempt[], prompt: string): Cost {
  const cost: Cost = { requests: 0, input_tokens: null, output_tokens: null };
  for (const attempt of attempts) {
    cost.requests += attempt.requests;
    const tokens = tokensOf(attempt, prompt);
    if (!tokens) continue;
    cost.input_tokens = (cost.input_tokens ?? 0) + tokens.input;
    cost.output_tokens = (cost.output_tokens ?? 0) + tokens.output;
  }
  return cost;
}

/** Null if the provider counts nothing: it refused the request, or never had it. */
function tokensOf({ exchange, reading }: CostlyAttempt, prompt: string) {
  const input = estimateTokens(prompt);
  if (!exchange.answered) return exchange.kind === 'timeout' ? { input, output: 0 } : null;
  switch (reading.kind) {
    case 'error':
    case 'silence':
      return null;
    case 'unreadable':
      return reading.fault === 'broken_stream' ? { input, output: 0 } : null;
    case 'answer': {
      const { inputTokens, outputTokens, text } = reading.answer;
      return { input: inputTokens ?? input, output: outputTokens ?? estimateTokens(text) };
    }
  }
}

/** About how many tokens a text has. */
export function estimateTokens(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}
