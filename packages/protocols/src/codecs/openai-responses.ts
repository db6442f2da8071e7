import { findError } from '../reading/find-error.ts';
import { arrayAt, stringAt, textOf, valueAt } from '../reading/json-value.ts';
import { addToolCall, type Draft, firstText } from './draft.ts';
import { limitField, type Protocol, postJson } from './protocol.ts';
import { addUsage } from './usage.ts';

/**
 * OpenAI's Responses.
 * Source: https://platform.openai.com/docs/api-reference/responses and …/responses-streaming
 */
export const openaiResponses: Protocol = {
  buildRequest: ({ model, prompt, form }) =>
    postJson('/v1/responses', {
      model,
      stream: form.stream,
      ...limitField('max_output_tokens', form),
      ...(form.effort === null ? {} : { reasoning: { effort: form.effort } }),
      input: [{ role: 'user', content: [{ type: 'input_text', text: prompt }] }],
      ...form.demanded,
    }),
  readEvent,
  readWhole: (draft, response) => ({
    ...readResponse(draft, response),
    isAccepted: isQueued(response),
  }),
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
    case 'response.output_text.done':
      return { ...draft, text: draft.text || stringAt(event, 'text') };
    case 'response.output_item.added':
      return addItem(draft, valueAt(event, 'item'));
    case 'response.output_item.done':
      return readOutput(draft, [valueAt(event, 'item')]);
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

const finalStatuses: readonly string[] = ['completed', 'incomplete'];

/** A response in the background, whose answer is fetched later. */
function isQueued(response: unknown): boolean {
  return ['queued', 'in_progress'].includes(stringAt(response, 'status'));
}

function failureOf(response: unknown) {
  return (
    findError(response) ?? { message: 'the response failed', type: null, code: null, param: null }
  );
}

/** Some relays send the whole response as the only event. */
function isWholeResponse(event: unknown): boolean {
  return stringAt(event, 'object') === 'response' && arrayAt(event, 'output').length > 0;
}

function readResponse(draft: Draft, response: unknown): Draft {
  const reason = stringAt(response, 'incomplete_details', 'reason');
  const read: Draft = {
    ...draft,
    stoppedAtLimit: draft.stoppedAtLimit || reason === 'max_output_tokens',
    withheld: reason === 'content_filter' ? reason : draft.withheld,
    saidReason: draft.saidReason || finalStatuses.includes(stringAt(response, 'status')),
  };
  return addUsage(readOutput(read, arrayAt(response, 'output')), response);
}

/** Reads whole items, except what came in deltas before. */
function readOutput(draft: Draft, output: unknown[]): Draft {
  const content = output.flatMap((item) => arrayAt(item, 'content'));
  const textOfType = (type: string) =>
    content.find((part) => stringAt(part, 'type') === type && stringAt(part, 'text') !== '');
  const calls = output.filter((item) => !draft.toolCalls.has(keyOf(item)));
  const read: Draft = {
    ...draft,
    text: draft.text || stringAt(textOfType('output_text'), 'text'),
    thought: draft.thought || thoughtOf(output),
    refusal: draft.refusal || content.map((part) => stringAt(part, 'refusal')).join(''),
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

function addItem(draft: Draft, item: unknown): Draft {
  if (stringAt(item, 'type') === 'reasoning') return { ...draft, isThinking: true };
  return addCall(draft, item);
}

function addCall(draft: Draft, item: unknown): Draft {
  if (!stringAt(item, 'type').endsWith('_call')) return draft;
  const key = keyOf(item) || `call ${draft.toolCalls.size}`;
  const name = stringAt(item, 'name') || stringAt(item, 'type');
  return addToolCall(draft, key, { name, arguments: textOf(valueAt(item, 'arguments')) });
}

function keyOf(item: unknown): string {
  return stringAt(item, 'id') || stringAt(item, 'call_id');
}
