import type { Answer, BodyReading } from '../src/probes/answer.ts';

/** The reading of an answer that has said nothing, except what is given. */
export function answerReading(part: Partial<Answer>): Extract<BodyReading, { kind: 'answer' }> {
  const said = { text: '', hasThought: false, isThoughtOnly: false, isAccepted: false };
  const nothing = { ...said, toolCalls: [], saidReason: false, stoppedAtLimit: false };
  const tokens = { inputTokens: null, outputTokens: null, reasoningTokens: null };
  return { kind: 'answer', streamed: true, answer: { ...nothing, ...tokens, ...part } };
}
