import { arrayAt, countAt, stringAt, textOf, valueAt } from '../reading/json-value.ts';
import { addToolCall, type Draft } from './draft.ts';
import { type Protocol, postJson } from './protocol.ts';
import { addUsage } from './usage.ts';

/**
 * Anthropic's Messages.
 * Source: https://docs.anthropic.com/en/api/messages and …/messages-streaming
 */
export const anthropicMessages: Protocol = {
  buildRequest: ({ model, prompt, anthropicVersion, form }) =>
    postJson(
      '/v1/messages',
      {
        model,
        stream: form.stream,
        // The API requires a limit.
        max_tokens: form.tokenLimit ?? largestLimit,
        messages: [{ role: 'user', content: prompt }],
        ...form.demanded,
      },
      { headers: { 'anthropic-version': anthropicVersion }, keyHeader: 'x-api-key' },
    ),
  readEvent,
  readWhole: readMessage,
  textOf: (draft) => draft.text,
};

const largestLimit = 16_384;

function readEvent(draft: Draft, event: unknown): Draft {
  const key = `block ${countAt(event, 'index') ?? 0}`;
  switch (stringAt(event, 'type')) {
    case 'message_start':
      return readMessage(draft, valueAt(event, 'message'));
    case 'content_block_start':
      return readBlock(draft, valueAt(event, 'content_block'), key);
    case 'content_block_delta':
      return readDelta(draft, valueAt(event, 'delta'), key);
    case 'message_delta':
      return readEnd(draft, valueAt(event, 'delta'), event);
    case 'message_stop':
      return { ...draft, ended: true, isOver: true };
    case 'message':
      return { ...readMessage(draft, event), ended: true };
    default:
      return draft;
  }
}

function readMessage(draft: Draft, message: unknown): Draft {
  const read = arrayAt(message, 'content').reduce<Draft>(
    (before, block, position) => readBlock(before, block, `block ${position}`),
    draft,
  );
  return readEnd(read, message, message);
}

/** The stop reason and the usage are in the same object in a message, but not in a `message_delta`. */
function readEnd(draft: Draft, stop: unknown, usage: unknown): Draft {
  const reason = stringAt(stop, 'stop_reason');
  const read: Draft = {
    ...draft,
    stoppedAtLimit: draft.stoppedAtLimit || reason === 'max_tokens',
    withheld: reason === 'refusal' ? reason : draft.withheld,
    saidReason: draft.saidReason || reason !== '',
    ended: draft.ended || reason !== '',
  };
  return addUsage(read, usage);
}

function readBlock(draft: Draft, block: unknown, key: string): Draft {
  switch (stringAt(block, 'type')) {
    case 'text':
      return { ...draft, text: draft.text + stringAt(block, 'text') };
    case 'thinking':
      return thinking(draft, stringAt(block, 'thinking'));
    case 'redacted_thinking':
      return thinking(draft, stringAt(block, 'data'));
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return addToolCall(draft, key, { name: stringAt(block, 'name'), arguments: inputOf(block) });
    default:
      return draft;
  }
}

function thinking(draft: Draft, thought: string): Draft {
  return { ...draft, thought: draft.thought + thought, isThinking: true };
}

/** A stream starts a tool call with an empty input and sends the real one piece by piece. */
function inputOf(block: unknown): string {
  const input = textOf(valueAt(block, 'input'));
  return input === '{}' ? '' : input;
}

function readDelta(draft: Draft, delta: unknown, key: string): Draft {
  switch (stringAt(delta, 'type')) {
    case 'text_delta':
      return { ...draft, text: draft.text + stringAt(delta, 'text') };
    case 'thinking_delta':
      return { ...draft, thought: draft.thought + stringAt(delta, 'thinking') };
    case 'input_json_delta':
      return addToolCall(draft, key, { name: '', arguments: stringAt(delta, 'partial_json') });
    default:
      return draft;
  }
}
