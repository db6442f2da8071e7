import { arrayAt, countAt, stringAt, textOf, valueAt } from '../reading/json-value.ts';
import { addToolCall, type Draft, firstText } from './draft.ts';
import { limitField, type Protocol, postJson } from './protocol.ts';
import { addUsage } from './usage.ts';

/**
 * OpenAI's chat completions, and the dialects of its imitators; also reads legacy completions.
 * Source: https://platform.openai.com/docs/api-reference/chat
 */
export const openaiChat: Protocol = {
  buildRequest: ({ model, prompt, form }) =>
    postJson('/v1/chat/completions', {
      model,
      stream: form.stream,
      ...(form.stream && form.asksStreamUsage ? { stream_options: { include_usage: true } } : {}),
      ...limitField(form.tokenLimitField, form),
      ...(form.effort === null ? {} : { reasoning_effort: form.effort }),
      messages: [{ role: 'user', content: prompt }],
      ...form.demanded,
    }),
  readEvent,
  textOf: (draft) => firstText(draft.text, draft.thought, draft.refusal),
};

// A stream's `delta` and a whole answer's `message` have the same fields, and relays mix them up.
function readEvent(draft: Draft, event: unknown): Draft {
  const choice = valueAt(event, 'choices', 0);
  const message = valueAt(choice, 'delta') ?? valueAt(choice, 'message');
  const finish = stringAt(choice, 'finish_reason');
  const said = contentText(valueAt(message, 'content')) || stringAt(choice, 'text');
  const read: Draft = {
    ...draft,
    text: draft.text + (said || mediaText(draft, message)),
    thought: draft.thought + thoughtText(message),
    refusal: draft.refusal + stringAt(message, 'refusal'),
    stoppedAtLimit: draft.stoppedAtLimit || finish === 'length',
    withheld: finish === 'content_filter' ? finish : draft.withheld,
    saidReason: draft.saidReason || finish !== '',
    ended: draft.ended || finish !== '',
  };
  return addCalls(addUsage(read, event), message);
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content;
  return arrayAt(content)
    .map((part) => (typeof part === 'string' ? part : stringAt(part, 'text')))
    .join('');
}

/** Sound comes with its transcript, or without; images come beside an empty content. */
function mediaText(draft: Draft, message: unknown): string {
  const transcript = stringAt(message, 'audio', 'transcript');
  if (transcript !== '' || draft.text !== '') return transcript;
  if (stringAt(message, 'audio', 'data') !== '') return '[audio]';
  return arrayAt(message, 'images').length > 0 ? '[image]' : '';
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
