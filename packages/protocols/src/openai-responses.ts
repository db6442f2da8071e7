import { addToolCall, type Draft, firstText } from './draft.ts';
import { findError } from './find-error.ts';
import { arrayAt, countAt, stringAt, textOf, valueAt } from './json-value.ts';
import { type Protocol, postJson } from './protocol.ts';

/**
 * OpenAI's Responses. No token limit is sent, because relays in front of Codex accounts reject it.
 * Source: https://platform.openai.com/docs/api-reference/responses and …/responses-streaming
 */
export const openaiResponses: Protocol = {
  buildRequest: ({ model, prompt, form }) =>
    postJson('/v1/responses', {
      model,
      stream: form.stream,
      input: [{ role: 'user', content: [{ type: 'input_text', text: prompt }] }],
    }),
  readEvent,
  readWhole: readResponse,
  textOf: (draft) => firstText(draft.text, draft.refusal),
};

function readEvent(draft: Draft, event: unknown): Draft {
  const delta = stringAt(event, 'delta');
  switch (stringAt(event, 'type')) {
    case 'response.output_text.delta':
      return { ...draft, text: draft.text + delta };
    case 'response.reasoning_text.delta':
    case 'response.reasoning_summary_text.delta':
      return { ...draft, thought: draft.thought + delta };
    case 'response.refusal.delta':
      return { ...draft, refusal: draft.refusal + delta };
    case 'response.output_item.added':
      return addCall(draft, valueAt(event, 'item'));
    case 'response.function_call_arguments.delta':
      return addToolCall(draft, stringAt(event, 'item_id'), { name: '', arguments: delta });
    case 'response.completed':
    case 'response.incomplete':
      return { ...readResponse(draft, valueAt(event, 'response')), ended: true, isOver: true };
    case 'response.failed':
      return { ...draft, error: failureOf(valueAt(event, 'response')) };
    default:
      return isWholeResponse(event) ? { ...readResponse(draft, event), ended: true } : draft;
  }
}

function failureOf(response: unknown) {
  return findError(response) ?? { message: 'the response failed', type: null, code: null };
}

/** Some relays send the whole response as the only event. */
function isWholeResponse(event: unknown): boolean {
  return stringAt(event, 'object') === 'response' && arrayAt(event, 'output').length > 0;
}

/** Reads a whole response, except what came in deltas before. */
function readResponse(draft: Draft, response: unknown): Draft {
  const output = arrayAt(response, 'output');
  const content = output.flatMap((item) => arrayAt(item, 'content'));
  const textOfType = (type: string) =>
    content.find((part) => stringAt(part, 'type') === type && stringAt(part, 'text') !== '');
  const calls = output.filter((item) => !draft.toolCalls.has(stringAt(item, 'id')));
  const read: Draft = {
    ...draft,
    text: draft.text || stringAt(textOfType('output_text'), 'text'),
    thought: draft.thought || thoughtOf(output),
    refusal: draft.refusal || content.map((part) => stringAt(part, 'refusal')).join(''),
    stoppedAtLimit:
      draft.stoppedAtLimit ||
      stringAt(response, 'incomplete_details', 'reason') === 'max_output_tokens',
    outputTokens: countAt(response, 'usage', 'output_tokens') ?? draft.outputTokens,
    reasoningTokens:
      countAt(response, 'usage', 'output_tokens_details', 'reasoning_tokens') ??
      draft.reasoningTokens,
  };
  return calls.reduce<Draft>(addCall, read);
}

function thoughtOf(output: unknown[]): string {
  return output
    .filter((item) => stringAt(item, 'type') === 'reasoning')
    .flatMap((item) => [...arrayAt(item, 'summary'), ...arrayAt(item, 'content')])
    .map((part) => stringAt(part, 'text'))
    .join('');
}

function addCall(draft: Draft, item: unknown): Draft {
  if (!stringAt(item, 'type').endsWith('_call')) return draft;
  const key = stringAt(item, 'id') || `call ${draft.toolCalls.size}`;
  const name = stringAt(item, 'name') || stringAt(item, 'type');
  return addToolCall(draft, key, { name, arguments: textOf(valueAt(item, 'arguments')) });
}
