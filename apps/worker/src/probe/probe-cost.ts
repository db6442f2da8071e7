import type { ProbeResult } from '@api-monitor/core';
import type { SentAttempt } from './send-attempt.ts';

type Cost = Pick<ProbeResult, 'requests' | 'input_tokens' | 'output_tokens'>;

/** About what a provider's tokens are worth where it doesn't report them. */
const charactersPerToken = 4;

/** What all requests of a probe cost. Tokens that weren't reported are estimated from lengths. */
export function costOf(attempts: readonly SentAttempt[], prompt: string): Cost {
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
function tokensOf({ exchange, reading }: SentAttempt, prompt: string) {
  const input = estimate(prompt);
  if (!exchange.answered) return exchange.kind === 'timeout' ? { input, output: 0 } : null;
  switch (reading.kind) {
    case 'error':
      return null;
    case 'unreadable':
      return reading.fault === 'broken_stream' ? { input, output: 0 } : null;
    case 'answer': {
      const { inputTokens, outputTokens, text } = reading.answer;
      return { input: inputTokens ?? input, output: outputTokens ?? estimate(text) };
    }
  }
}

function estimate(text: string): number {
  return Math.ceil(text.length / charactersPerToken);
}
