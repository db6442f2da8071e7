import type { Answer, Route } from '@api-monitor/core';

/** A stream as a server sent it, and what it says. */
export interface Recording {
  title: string;
  route: Route;
  /** One `data:` line each, and an `event:` line if the format has them. */
  stream: string[];
  answer: Partial<Answer>;
}

export const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
export const named = (event: { type: string }) => `event: ${event.type}\n${data(event)}`;
export const chatDelta = (delta: unknown, finish: string | null = null) =>
  data({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] });

export const recordings: Recording[] = [
  {
    title: 'chat text followed by its usage',
    route: 'chat',
    stream: [
      ': keep-alive\n\n',
      chatDelta({ role: 'assistant', content: '' }),
      chatDelta({ content: 'I am ' }),
      chatDelta({ content: 'gpt-4o 🙂' }),
      chatDelta({}, 'stop'),
      data({ choices: [], usage: { completion_tokens: 7 } }),
      'data: [DONE]\n\n',
    ],
    answer: { text: 'I am gpt-4o 🙂', outputTokens: 7, toolCalls: [], stoppedAtLimit: false },
  },
  {
    title: "a usage that isn't a safe integer is ignored",
    route: 'chat',
    stream: [
      chatDelta({ content: 'I am ' }),
      chatDelta({ content: 'gpt-4o' }),
      chatDelta({}, 'stop'),
      data({ choices: [], usage: { completion_tokens: 1e300 } }),
      data({ choices: [], usage: { completion_tokens: 6.5 } }),
      'data: [DONE]\n\n',
    ],
    answer: { text: 'I am gpt-4o', outputTokens: null },
  },
  {
    title: 'chat reasoning alone counts as text',
    route: 'chat',
    stream: [
      chatDelta({ reasoning_content: 'hm, ' }),
      chatDelta({ reasoning: 'well' }),
      chatDelta({}, 'length'),
    ],
    answer: { text: 'hm, well', hasThought: true, stoppedAtLimit: true },
  },
  {
    title: 'chat tool call in pieces',
    route: 'chat',
    stream: [
      chatDelta({ tool_calls: [{ index: 0, function: { name: 'whoami', arguments: '' } }] }),
      chatDelta({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] }),
      chatDelta({ tool_calls: [{ index: 0, function: { arguments: ':1}' } }] }, 'tool_calls'),
    ],
    answer: { text: '', toolCalls: [{ name: 'whoami', arguments: '{"a":1}' }] },
  },
  {
    title: 'responses text, thought and usage',
    route: 'responses',
    stream: [
      named({ type: 'response.created' }),
      named(eventOf('response.reasoning_summary_text.delta', { delta: 'think' })),
      named(eventOf('response.output_text.delta', { delta: 'I am ' })),
      named(eventOf('response.output_text.delta', { delta: 'gpt-5.1' })),
      named(
        eventOf('response.completed', {
          response: {
            status: 'completed',
            error: null,
            output: [{ type: 'message', content: [{ type: 'output_text', text: 'I am gpt-5.1' }] }],
            usage: { output_tokens: 40, output_tokens_details: { reasoning_tokens: 32 } },
          },
        }),
      ),
    ],
    answer: { text: 'I am gpt-5.1', hasThought: true, outputTokens: 40, reasoningTokens: 32 },
  },
  {
    title: 'responses tool call, sent twice but read once',
    route: 'responses',
    stream: [
      named(
        eventOf('response.output_item.added', {
          item: { id: 'fc', type: 'function_call', name: 'f', arguments: '' },
        }),
      ),
      named(eventOf('response.function_call_arguments.delta', { item_id: 'fc', delta: '{}' })),
      named(
        eventOf('response.completed', {
          response: { output: [{ id: 'fc', type: 'function_call', name: 'f', arguments: '{}' }] },
        }),
      ),
    ],
    answer: { toolCalls: [{ name: 'f', arguments: '{}' }] },
  },
  {
    title: 'anthropic thinking, text and a tool call',
    route: 'anthropic',
    stream: [
      named(eventOf('message_start', { message: { content: [], usage: { output_tokens: 1 } } })),
      named({ type: 'ping' }),
      named(
        eventOf('content_block_start', {
          index: 0,
          content_block: { type: 'thinking', thinking: '' },
        }),
      ),
      named(
        eventOf('content_block_delta', {
          index: 0,
          delta: { type: 'thinking_delta', thinking: 'h' },
        }),
      ),
      named(
        eventOf('content_block_start', { index: 1, content_block: { type: 'text', text: '' } }),
      ),
      named(
        eventOf('content_block_delta', { index: 1, delta: { type: 'text_delta', text: 'Claude' } }),
      ),
      named(
        eventOf('content_block_start', {
          index: 2,
          content_block: { type: 'tool_use', name: 'f', input: {} },
        }),
      ),
      named(
        eventOf('content_block_delta', {
          index: 2,
          delta: { type: 'input_json_delta', partial_json: '{"b":2}' },
        }),
      ),
      named(
        eventOf('message_delta', {
          delta: { stop_reason: 'max_tokens' },
          usage: { output_tokens: 64 },
        }),
      ),
      named({ type: 'message_stop' }),
    ],
    answer: {
      text: 'Claude',
      hasThought: true,
      toolCalls: [{ name: 'f', arguments: '{"b":2}' }],
      stoppedAtLimit: true,
      outputTokens: 64,
    },
  },
  {
    title: 'gemini skips thoughts and adds their tokens',
    route: 'gemini',
    stream: [
      data({ candidates: [{ content: { parts: [{ text: 'hm', thought: true }] } }] }),
      data({ candidates: [{ content: { parts: [{ text: 'Gemini' }] } }] }),
      data({
        candidates: [{ content: { parts: [{ text: ' here' }] }, finishReason: 'STOP' }],
        usageMetadata: { candidatesTokenCount: 3, thoughtsTokenCount: 5 },
      }),
    ],
    answer: { text: 'Gemini here', hasThought: true, outputTokens: 8, reasoningTokens: 5 },
  },
];

export function eventOf(type: string, fields: object) {
  return { type, ...fields };
}
