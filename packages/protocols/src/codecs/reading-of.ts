import { type Answer, type BodyReading, withheldErrorType } from '@api-monitor/core';
import type { Draft } from './draft.ts';
import type { Codec } from './protocol.ts';

/** What a draft that is complete says. */
export function readingOf(draft: Draft, codec: Codec, streamed: boolean): BodyReading {
  const { error, withheld, toolCalls } = draft;
  if (error) return { kind: 'error', error, streamed };
  const text = codec.textOf(draft);
  if (withheld !== null && text.trim() === '' && toolCalls.size === 0) {
    const message = `the provider withheld the answer: ${withheld}`;
    const withheldError = { message, type: withheldErrorType, code: withheld, param: null };
    return { kind: 'error', error: withheldError, streamed };
  }
  return { kind: 'answer', answer: answerOf(draft, text), streamed };
}

/** `text` is what counts as text on the route. */
function answerOf(draft: Draft, text: string): Answer {
  return {
    text,
    hasThought: draft.thought !== '',
    isAccepted: draft.isAccepted,
    saidReason: draft.saidReason,
    isThoughtOnly: text !== '' && draft.text.trim() === '' && text === draft.thought,
    toolCalls: [...draft.toolCalls.values()],
    stoppedAtLimit: draft.stoppedAtLimit,
    inputTokens: draft.usage.inputTokens,
    outputTokens: draft.usage.outputTokens,
    reasoningTokens: draft.usage.reasoningTokens,
  };
}
