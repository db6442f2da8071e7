import { addToolCall, type Draft, firstText } from './draft.ts';
import { arrayAt, countAt, stringAt, textOf, valueAt } from './json-value.ts';
import { type Protocol, postJson, probeTokens } from './protocol.ts';

/**
 * OpenAI's chat completions, and the dialects of its imitators.
 * Source: https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: Protocol = {
  buildRequest: ({ model, prompt, form }) =>
    postJson('/v1/chat/completions', {
      model,
      stream: form.stream,
      ...(form.stream && form.asksStreamUsage ? { stream_options: { include_usage: true } } : {}),
      [form.tokenLimitField]: probeTokens[form.tokenLimit],
      messages: [{ role: 'user', content: prompt }],
    }),
  readEvent,
  textOf: (draft) => firstText(draft.text, draft.thought, draft.refusal),
};

// A stream's `delta` and a whole answer's `message` have the same fields, and relays mix them up.
function readEvent(draft: Draft, event: unknown): Draft {
  const choice = valueAt(event, 'choices', 0);
  const message = valueAt(choice, 'delta') ?? valueAt(choice, 'message');
  const finish = valueAt(choice, 'finish_reason');
  const read: Draft = {
    ...draft,
    text: draft.text + (contentText(valueAt(message, 'content')) || stringAt(choice, 'text')),
    thought: draft.thought + thoughtText(message),
    refusal: draft.refusal + stringAt(message, 'refusal'),
    stoppedAtLimit: draft.stoppedAtLimit || finish === 'length',
    ended: draft.ended || (typeof finish === 'string' && finish !== ''),
    outputTokens: countAt(event, 'usage', 'completion_tokens') ?? draft.outputTokens,
    reasoningTokens:
      countAt(event, 'usage', 'completion_tokens_details', 'reasoning_tokens') ??
      draft.reasoningTokens,
  };
  return addCalls(read, message);
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return arrayAt(content)
    .map((part) => (typeof part === 'string' ? part : stringAt(part, 'text')))
    .join('');
}

function thoughtText(message: unknown): string {
  return stringAt(message, 'reasoning_content') || stringAt(message, 'reasoning');
}

function addCalls(draft: Draft, message: unknown): Draft {
  const legacy = valueAt(message, 'function_call');
  const withLegacy = legacy ? addToolCall(draft, 'legacy', pieceOf(legacy)) : draft;
  return arrayAt(message, 'tool_calls').reduce<Draft>((before, call, position) => {
    const index = countAt(call, 'index') ?? position;
    return addToolCall(before, `call ${index}`, pieceOf(valueAt(call, 'function')));
  }, withLegacy);
}

function pieceOf(call: unknown) {
  return { name: stringAt(call, 'name'), arguments: textOf(valueAt(call, 'arguments')) };
}
