import type { Answer } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { outputRate } from './output-rate.ts';

function answer(outputTokens: number | null, part: Partial<Answer> = {}): Answer {
  const said = { text: 'x', hasThought: false, toolCalls: [], stoppedAtLimit: false };
  const tokens = { inputTokens: null, outputTokens, reasoningTokens: null };
  return { ...said, isThoughtOnly: false, isAccepted: false, saidReason: true, ...tokens, ...part };
}

test.each<[string, Answer, number | null, number, number | null]>([
  ['tokens after the first, by the time after it', answer(21), 0.5, 2.5, 10],
  ["a hidden thought isn't output", answer(61, { reasoningTokens: 40 }), 1, 3, 10],
  ['a visible thought is', answer(61, { reasoningTokens: 40, hasThought: true }), 1, 3, 30],
  ['not streamed', answer(21), null, 2, null],
  ['not counted', answer(null), 1, 2, null],
  ['a single token', answer(1), 1, 2, null],
  ['all in one piece', answer(21), 1, 1.001, null],
])('%s', (_, said, firstTokenS, endS, rate) => {
  expect(outputRate(said, firstTokenS, endS)).toBe(rate);
});
