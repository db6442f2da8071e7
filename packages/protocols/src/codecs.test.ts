import type { Answer, Route } from '@api-monitor/core';
import { describe, expect, test } from 'vitest';
import { protocolFor } from './protocol-for.ts';
import { readBody } from './read-body.ts';
import { endStream, hasFirstToken, progressOf, readPiece, streamStart } from './read-stream.ts';

interface Recording {
  title: string;
  route: Route;
  /** One `data:` line each, and an `event:` line if the format has them. */
  stream: string[];
  answer: Partial<Answer>;
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const named = (event: { type: string }) => `event: ${event.type}\n${data(event)}`;
const chatDelta = (delta: unknown, finish: string | null = null) =>
  data({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] });

const recordings: Recording[] = [
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

function eventOf(type: string, fields: object) {
  return { type, ...fields };
}

describe.each(recordings)('$title', ({ route, stream, answer }) => {
  const protocol = protocolFor(route);
  const text = stream.join('');

  test('is read the same when split at any place', () => {
    const whole = readBody(protocol, 200, text);
    expect(whole).toMatchObject({ kind: 'answer', streamed: true, answer });
    for (let at = 0; at <= text.length; at += 1) {
      const first = readPiece(protocol, streamStart, text.slice(0, at));
      const second = readPiece(protocol, first, text.slice(at));
      expect(endStream(protocol, second, text)).toEqual(whole);
    }
  });

  test('is read the same one code unit at a time, with CRLF', () => {
    const crlf = text.replaceAll('\n', '\r\n');
    const state = crlf
      .split('')
      .reduce((before, unit) => readPiece(protocol, before, unit), streamStart);
    expect(endStream(protocol, state, text)).toEqual(readBody(protocol, 200, text));
  });

  test("has a first token, and a comment isn't one", () => {
    expect(hasFirstToken(readPiece(protocol, streamStart, text))).toBe(true);
    expect(hasFirstToken(readPiece(protocol, streamStart, ': nothing yet\n\n'))).toBe(false);
  });

  test('is a broken stream without its end', () => {
    const cut = stream.slice(0, route === 'chat' ? 2 : 1).join('');
    const state = readPiece(protocol, streamStart, cut);
    expect(endStream(protocol, state, cut)).toMatchObject({ fault: 'broken_stream' });
  });
});

test.each(['constructor', '__proto__', 'toString'])(
  'a call named %s is read like any other',
  (id) => {
    const item = { type: 'function_call', id, name: 'f', arguments: '{}' };
    const whole = readBody(protocolFor('responses'), 200, JSON.stringify({ output: [item] }));
    const added = named(
      eventOf('response.output_item.added', { item: { ...item, arguments: '' } }),
    );
    const piece = named(
      eventOf('response.function_call_arguments.delta', { item_id: id, delta: '{}' }),
    );
    const end = named(eventOf('response.completed', { response: { output: [item] } }));
    const streamed = readBody(protocolFor('responses'), 200, added + piece + end);
    for (const reading of [whole, streamed]) {
      expect(reading).toMatchObject({ answer: { toolCalls: [{ name: 'f', arguments: '{}' }] } });
    }
  },
);

describe('the progress of a stream', () => {
  const progress = (route: Route, text: string) =>
    progressOf(readPiece(protocolFor(route), streamStart, text));
  const geminiEnd = (text: string) =>
    data({ candidates: [{ content: { parts: [{ text }] }, finishReason: 'STOP' }] });

  test.each<[string, Route, string, string]>([
    ['under way before its end', 'chat', chatDelta({ content: 'x' }), 'under_way'],
    [
      'complete after its answer, although its usage may follow',
      'chat',
      chatDelta({ content: 'x' }, 'stop'),
      'complete',
    ],
    ['over after [DONE]', 'chat', 'data: [DONE]\n\n', 'over'],
    ['over after message_stop', 'anthropic', named({ type: 'message_stop' }), 'over'],
    ['over after completed', 'responses', named({ type: 'response.completed' }), 'over'],
    ['over after incomplete', 'responses', named({ type: 'response.incomplete' }), 'over'],
    ['over after failed', 'responses', named({ type: 'response.failed' }), 'over'],
    ['over after an error', 'chat', data({ error: { message: 'gone' } }), 'over'],
    [
      'complete after its answer, because Gemini has no final event',
      'gemini',
      geminiEnd('x'),
      'complete',
    ],
    ['under way if the end came before any token', 'gemini', geminiEnd(''), 'under_way'],
  ])('%s', (_, route, text, expected) => {
    expect(progress(route, text)).toBe(expected);
  });
});
