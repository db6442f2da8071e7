import { type BodyReading, type GatewayRoute, judgeAnswer, type Route } from '@api-monitor/core';
import { cpuMsOf, slowness } from '@api-monitor/core/test/pace';
import { describe, expect, test } from 'vitest';
import { chatDelta, data, eventOf, named, recordings } from '../../test/recordings.ts';
import { codecFor } from '../codecs/protocol-for.ts';
import { type AnswerReader, createAnswerReader } from './answer-reader.ts';
import { readBody } from './read-body.ts';

const hi = chatDelta({ content: 'hi' });
const words = Array.from({ length: 20 }, (_, at) => chatDelta({ content: ` word ${at}` })).join('');
const geminiPiece = (text: string, finishReason?: string | null) =>
  data({
    candidates: [
      {
        content: { role: 'model', parts: text === '' ? [] : [{ text }] },
        ...(finishReason === undefined ? {} : { finishReason }),
      },
    ],
    usageMetadata: { promptTokenCount: 3, candidatesTokenCount: text.length },
  });
const textDelta = (text: string) =>
  named(eventOf('content_block_delta', { index: 0, delta: { type: 'text_delta', text } }));
const responseOf = (fields: object) => ({ id: 'resp_1', object: 'response', ...fields });
const message = (text: string) => ({
  id: 'msg_1',
  type: 'message',
  content: [{ type: 'output_text', text }],
});

interface Shape {
  title: string;
  route: Route;
  body: string;
  status?: number;
}

/** Bodies as servers send them, good and bad. */
const shapes: Shape[] = [
  ...recordings.map(({ title, route, stream }) => ({ title, route, body: stream.join('') })),
  { title: 'a long stream', route: 'chat', body: `${hi}${words}${chatDelta({}, 'stop')}` },
  {
    title: 'usage behind many words',
    route: 'chat',
    body: `${hi}${words}${chatDelta({}, 'stop')}${data({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 44 } })}data: [DONE]\n\n`,
  },
  {
    title: 'usage before the last words',
    route: 'chat',
    body: `${hi}${words}${data({ choices: [], usage: { prompt_tokens: 9, completion_tokens: 44 } })}${words}${chatDelta({}, 'stop')}data: [DONE]\n\n`,
  },
  {
    title: 'blank lines between the events',
    route: 'chat',
    body: `\n\n: wait\n\n\n\n${hi}\n\n\r\n${words}${chatDelta({}, 'stop')}`,
  },
  {
    title: 'blanks before the text',
    route: 'chat',
    body: `${chatDelta({ content: '\n\n' })}${hi}${chatDelta({}, 'stop')}`,
  },
  {
    title: 'nothing but blanks',
    route: 'chat',
    body: `${chatDelta({ content: '\n\n' })}${chatDelta({}, 'stop')}`,
  },
  {
    title: 'an empty finish reason throughout',
    route: 'chat',
    body: `${chatDelta({ content: 'Hel' }, '')}${chatDelta({ content: 'lo' }, '')}`,
  },
  {
    title: 'a cut stream that quotes its end',
    route: 'chat',
    body: `${hi}${chatDelta({ content: 'data: [DONE] "finish_reason":"stop"' })}`,
  },
  {
    title: 'an error chunk whose error is its last field',
    route: 'chat',
    body: `${hi}${data({ id: 'c', choices: [{ delta: { content: '' }, finish_reason: 'error' }], error: { code: 502, message: 'Provider disconnected' } })}data: [DONE]\n\n`,
  },
  {
    title: 'an event that isn’t JSON before the text',
    route: 'chat',
    body: `${chatDelta({ role: 'assistant' })}data: {"choices":[{"delta":{"con\n\n${hi}${chatDelta({}, 'stop')}`,
  },
  {
    title: 'an event that isn’t JSON behind words',
    route: 'chat',
    body: `${hi}${words}data: {"choices":[{"delta":{"con\n\n${hi}${chatDelta({}, 'stop')}data: [DONE]\n\n`,
  },
  {
    title: 'an event that isn’t JSON, with other line ends',
    route: 'chat',
    body: `${hi}data: <oops>\n\n${hi}${chatDelta({}, 'stop')}`.replaceAll('\n', '\r\n'),
  },
  {
    title: 'an event that isn’t JSON behind the end',
    route: 'chat',
    body: `${hi}${chatDelta({}, 'stop')}data: {oops\n\n`,
  },
  {
    title: 'a word as a sign of life',
    route: 'chat',
    body: `data: ping\n\n${hi}data: keep-alive\n\ndata: \n\n${hi}${chatDelta({}, 'stop')}`,
  },
  {
    title: 'a finish reason of error',
    route: 'chat',
    body: `${hi}${words}${chatDelta({}, 'error')}data: [DONE]\n\n`,
  },
  {
    title: 'an error string behind words',
    route: 'chat',
    body: `${hi}${words}data: {"error":"broke"}\n\n`,
  },
  {
    title: 'a detail behind words',
    route: 'chat',
    body: `${hi}${words}data: {"detail":"Internal error"}\n\n`,
  },
  {
    title: 'a code and a message behind words',
    route: 'chat',
    body: `${hi}${words}data: {"code":1001,"message":"no plan"}\n\n`,
  },
  {
    title: 'success: false behind words',
    route: 'chat',
    body: `${hi}${words}data: {"success": false, "msg":"no"}\n\n`,
  },
  {
    title: 'an error event of plain words',
    route: 'chat',
    body: `${hi}${words}event: error\ndata: went wrong\n\n`,
  },
  {
    title: 'a model that speaks of errors',
    route: 'chat',
    body: `${hi}${chatDelta({ content: '{"error":"x"} "detail": event: error' })}${chatDelta({}, 'stop')}`,
  },
  {
    title: 'a stop reason without message_stop',
    route: 'anthropic',
    body: `${textDelta('hi')}${named(eventOf('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 4 } }))}`,
  },
  {
    title: 'a null stop reason',
    route: 'anthropic',
    body: `${textDelta('hi')}${named(eventOf('message_delta', { delta: { stop_reason: null } }))}`,
  },
  {
    title: 'an error event',
    route: 'anthropic',
    body: `${textDelta('hi')}${named(eventOf('error', { error: { type: 'overloaded_error', message: 'Overloaded' } }))}`,
  },
  {
    title: 'a thought and nothing else',
    route: 'anthropic',
    body: `${named(eventOf('content_block_delta', { index: 0, delta: { type: 'thinking_delta', thinking: 'hm' } }))}${named(eventOf('message_delta', { delta: { stop_reason: 'end_turn' } }))}`,
  },
  {
    title: 'a refusal without text',
    route: 'anthropic',
    body: named(eventOf('message_delta', { delta: { stop_reason: 'refusal' } })),
  },
  {
    title: 'finish reasons of null',
    route: 'gemini',
    body: `${geminiPiece('a', null)}${geminiPiece('b', null)}`,
  },
  {
    title: 'STOP before the text',
    route: 'gemini',
    body: `${geminiPiece('', 'STOP')}${geminiPiece('I am it')}${geminiPiece('', 'STOP')}`,
  },
  {
    title: 'a blocked prompt',
    route: 'gemini',
    body: data({ promptFeedback: { blockReason: 'SAFETY' } }),
  },
  {
    title: 'a stream as a JSON array',
    route: 'gemini',
    body: `[${[geminiPiece('a, "]} '), geminiPiece('b', 'STOP')].map((event) => event.slice(6).trim()).join(',\r\n')}]`,
  },
  {
    title: 'a cut JSON array',
    route: 'gemini',
    body: `[${geminiPiece('a').slice(6).trim()},\n{"candi`,
  },
  {
    title: 'an error in a JSON array',
    route: 'gemini',
    body: '[{"error":{"code":429,"message":"slow","status":"RESOURCE_EXHAUSTED"}}]',
  },
  {
    title: 'text only in output_item.done',
    route: 'responses',
    body: `${named(eventOf('response.created', { response: responseOf({ output: [] }) }))}${named(eventOf('response.output_item.done', { item: message('hi') }))}${named(eventOf('response.completed', { response: responseOf({}) }))}`,
  },
  {
    title: 'a completed response without an output',
    route: 'responses',
    body: `${named(eventOf('response.output_text.delta', { delta: 'hi' }))}${named(eventOf('response.completed', { response: responseOf({ output: [] }) }))}`,
  },
  {
    title: 'events named only outside their data',
    route: 'responses',
    body: `event: response.output_text.delta\ndata: {"delta":"hi"}\n\nevent: response.completed\ndata: {"response":{"usage":{"input_tokens":3,"output_tokens":2}}}\n\n`,
  },
  {
    title: 'a failed response',
    route: 'responses',
    body: `${named(eventOf('response.output_text.delta', { delta: 'hi' }))}${named(eventOf('response.failed', { response: { status: 'failed', error: { code: 'server_error', message: 'gave up' } } }))}`,
  },
  {
    title: 'a stream that stops',
    route: 'responses',
    body: named(eventOf('response.output_text.delta', { delta: 'response.completed' })),
  },
  {
    title: 'a whole answer',
    route: 'chat',
    body: '{"choices":[{"message":{"content":"hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":4}}',
  },
  {
    title: 'a whole answer after blank lines',
    route: 'chat',
    body: '\n\n\n{"choices":[{"message":{"content":"hi"}}]}',
  },
  {
    title: 'a whole error',
    route: 'chat',
    body: '{"id":"x","choices":[],"error":{"message":"gone","code":504}}',
  },
  { title: 'a detail', route: 'chat', body: '{"detail":"Not authenticated"}' },
  {
    title: 'an embedding',
    route: 'embeddings',
    body: '{"data":[{"embedding":[0.1,0.2]}],"usage":{"prompt_tokens":5,"total_tokens":5}}',
  },
  { title: 'a cut whole answer', route: 'chat', body: '{"choices":[{"mess' },
  { title: 'a page', route: 'chat', body: '<!DOCTYPE html><title>Just a moment...</title>' },
  { title: 'words', route: 'chat', body: 'doing fine' },
  { title: 'nothing', route: 'chat', body: '' },
  { title: 'comments', route: 'chat', body: ': ping\n\n: ping\n\n' },
  { title: 'a byte order mark', route: 'chat', body: `\uFEFF${hi}${chatDelta({}, 'stop')}` },
  {
    title: 'an error status',
    route: 'chat',
    status: 429,
    body: '{"error":{"message":"slow down"}}',
  },
  {
    title: 'an error status with a page',
    route: 'chat',
    status: 403,
    body: '<html><title>Just a moment...</title></html>',
  },
];

/** What the gateway and a probe have to agree on. */
function seen({ status = 200 }: Shape, reading: BodyReading) {
  const { inputTokens = null, outputTokens = null } =
    reading.kind === 'answer' ? reading.answer : {};
  return {
    judgement: judgeAnswer({ status, reading, by: 'probe' }),
    kind: reading.kind,
    fault: reading.kind === 'unreadable' ? reading.fault : null,
    error: reading.kind === 'error' ? reading.error : null,
    inputTokens,
    outputTokens,
  };
}

function readerOf({ route, status = 200 }: Shape): AnswerReader {
  return createAnswerReader({ route, status });
}

describe.each(shapes)('$route: $title', (shape) => {
  const bytes = Buffer.from(shape.body);
  const expected = seen(shape, readBody(codecFor(shape.route), shape.status ?? 200, shape.body));

  test('is read as a probe reads it, wherever it is split', () => {
    for (let at = 0; at <= bytes.length; at += 1) {
      const reader = readerOf(shape);
      reader.take(bytes.subarray(0, at));
      reader.take(bytes.subarray(at));
      expect(seen(shape, reader.end()), `split at ${at}`).toEqual(expected);
    }
  });

  test('is read as a probe reads it byte by byte, from memory that is used again', () => {
    const reader = readerOf(shape);
    const memory = new Uint8Array(1);
    for (const byte of bytes) {
      memory[0] = byte;
      reader.take(memory);
    }
    expect(seen(shape, reader.end())).toEqual(expected);
  });
});

function after(route: GatewayRoute, ...chunks: string[]) {
  const reader = createAnswerReader({ route, status: 200 });
  for (const chunk of chunks) reader.take(Buffer.from(chunk));
  const { form, hasToken, hasEnded, error } = reader;
  return { form, hasToken, hasEnded, message: error?.message ?? null };
}

describe('a token is not', () => {
  test.each<[string, GatewayRoute, string]>([
    ['a comment', 'chat', ': keep-alive\n\n'],
    ['a role', 'chat', chatDelta({ role: 'assistant', content: '' })],
    ['a blank', 'chat', chatDelta({ content: ' \n' })],
    ['message_start', 'anthropic', named(eventOf('message_start', { message: { content: [] } }))],
    ['a ping', 'anthropic', named({ type: 'ping' })],
    [
      'a created response',
      'responses',
      named(eventOf('response.created', { response: responseOf({ output: [] }) })),
    ],
    ['half an event', 'chat', hi.slice(0, -1)],
    ['an empty candidate', 'gemini', geminiPiece('', 'STOP')],
  ])('%s', (_, route, text) => {
    expect(after(route, text)).toMatchObject({ hasToken: false, message: null });
  });

  test.each<[string, GatewayRoute, string]>([
    ['text', 'chat', hi],
    ['a thought', 'chat', chatDelta({ reasoning_content: 'hm' })],
    ['a tool call', 'chat', chatDelta({ tool_calls: [{ index: 0, function: { name: 'f' } }] })],
    ['a legacy text', 'completions', data({ choices: [{ text: 'hi' }] })],
    [
      'a tool call of messages',
      'anthropic',
      named(
        eventOf('content_block_start', {
          index: 0,
          content_block: { type: 'tool_use', name: 'f', input: {} },
        }),
      ),
    ],
    ['a value of an array', 'gemini', `[${geminiPiece('a').slice(6).trim()}`],
    [
      'any event of images',
      'images',
      data({ type: 'image_generation.partial_image', b64_json: 'x' }),
    ],
    ['sound', 'speech', 'ID3\u0004'],
  ])('but %s is one', (_, route, text) => {
    expect(after(route, text).hasToken).toBe(true);
  });
});

test('an event that isn’t JSON is noticed at once', () => {
  const isGarbled = (...chunks: string[]) => {
    const reader = createAnswerReader({ route: 'chat', status: 200 });
    for (const chunk of chunks) reader.take(Buffer.from(chunk));
    return reader.isGarbled;
  };
  const cut = 'data: {"choices":[{"delta":{"content":"a\n\n';
  expect(isGarbled(cut)).toBe(true);
  expect(isGarbled(hi, cut)).toBe(true);
  expect(isGarbled(hi, `${words}${cut}${words}`)).toBe(true);
  expect(isGarbled(hi, cut.trimEnd())).toBe(false);
  expect(isGarbled(hi, ': ping\n\n', 'data: ping\n\n', hi)).toBe(false);
});

test.each<[GatewayRoute, string]>([
  [
    'responses',
    named(eventOf('response.output_item.added', { item: { type: 'reasoning', summary: [] } })),
  ],
  [
    'anthropic',
    named(
      eventOf('content_block_start', {
        index: 0,
        content_block: { type: 'thinking', thinking: '' },
      }),
    ),
  ],
])(
  'a model that has begun to think on %s is known by it, though it has said nothing',
  (route, text) => {
    const reader = createAnswerReader({ route, status: 200 });
    reader.take(Buffer.from(text));
    expect([reader.isThinking, reader.hasToken]).toEqual([true, false]);
  },
);

test.each<[GatewayRoute, string]>([
  ['chat', 'data: [DONE]\n\n'],
  ['chat', chatDelta({}, 'stop')],
  ['anthropic', named({ type: 'message_stop' })],
  ['anthropic', named(eventOf('message_delta', { delta: { stop_reason: 'end_turn' } }))],
  ['responses', named(eventOf('response.completed', { response: responseOf({}) }))],
  ['responses', named(eventOf('response.incomplete', { response: responseOf({}) }))],
  ['responses', named(eventOf('response.failed', { response: responseOf({}) }))],
  ['gemini', geminiPiece('x', 'STOP')],
  ['gemini', data({ promptFeedback: { blockReason: 'OTHER' } })],
])('%s ends with %s', (route, text) => {
  expect(after(route, text).hasEnded).toBe(true);
});

describe('an empty answer that says why it ended shows nothing to a client', () => {
  const outcomeOf = (route: GatewayRoute, text: string) => {
    const reader = createAnswerReader({ route, status: 200 });
    reader.take(Buffer.from(text));
    const judged = judgeAnswer({ status: 200, reading: reader.end(), by: 'traffic' });
    return [judged.outcome, judged.may_another_serve];
  };
  const empty = { content: '', role: 'assistant' };
  const message = { type: 'message', role: 'assistant', content: [] };
  const response = { object: 'response', status: 'completed', output: [] };

  test.each<[GatewayRoute, string, string]>([
    [
      'chat',
      chatDelta(empty) + chatDelta({}, 'stop') + data('[DONE]'),
      JSON.stringify({ choices: [{ message: empty, finish_reason: 'stop' }] }),
    ],
    [
      'completions',
      data({ choices: [{ text: '', finish_reason: 'stop' }] }),
      JSON.stringify({ choices: [{ text: '', finish_reason: 'stop' }] }),
    ],
    [
      'anthropic',
      named(eventOf('message_start', { message })) +
        named(eventOf('message_delta', { delta: { stop_reason: 'end_turn' } })) +
        named({ type: 'message_stop' }),
      JSON.stringify({ ...message, stop_reason: 'end_turn' }),
    ],
    [
      'responses',
      named(eventOf('response.completed', { response })),
      JSON.stringify({ ...response, usage: { output_tokens: 0 } }),
    ],
    [
      'gemini',
      data({ candidates: [{ content: { parts: [] }, finishReason: 'STOP' }] }),
      JSON.stringify({ candidates: [{ content: {}, finishReason: 'STOP' }] }),
    ],
  ])('%s', (route, stream, whole) => {
    expect(outcomeOf(route, stream)).toEqual(['none', true]);
    expect(outcomeOf(route, whole)).toEqual(['none', true]);
  });

  test.each<[GatewayRoute, string]>([
    ['chat', 'null'],
    ['chat', '{}'],
    ['chat', data('[DONE]')],
    ['chat', JSON.stringify({ choices: [{ message: empty, finish_reason: null }] })],
    ['chat', JSON.stringify({ choices: [] })],
    ['anthropic', named({ type: 'message_stop' })],
    ['anthropic', JSON.stringify(message)],
    ['responses', JSON.stringify({ object: 'response', output: [] })],
    ['gemini', JSON.stringify({ candidates: [] })],
    ['embeddings', JSON.stringify({ data: [], finish_reason: 'stop' })],
  ])('but without a reason it is a failure: %s %s', (route, text) => {
    expect(outcomeOf(route, text)).toEqual(['failure', true]);
  });
});

describe('a whole answer', () => {
  test('of another endpoint is whatever isn’t an error', () => {
    const read = (route: GatewayRoute, body: string) => {
      const reader = createAnswerReader({ route, status: 200 });
      reader.take(Buffer.from(body));
      return judgeAnswer({ status: 200, reading: reader.end(), by: 'traffic' }).outcome;
    };
    expect(read('count-tokens', '{"input_tokens":12}')).toBe('success');
    expect(read('transcriptions', '1\n00:00:01 --> 00:00:02\nhello')).toBe('success');
    expect(read('speech', 'ID3\u0004\u0000')).toBe('success');
    expect(read('images', '{"error":{"message":"no"}}')).toBe('failure');
    expect(read('rerank', '<html><p>Please log in</p></html>')).toBe('failure');
    expect(read('speech', '')).toBe('failure');
  });

  test('too long to be kept still reports its tokens', () => {
    const reader = createAnswerReader({ route: 'embeddings', status: 200 });
    const vector = Array.from({ length: 40_000 }, () => 0.123456789).join(',');
    reader.take(Buffer.from('{"object":"list","data":['));
    for (let at = 0; at < 8; at += 1) reader.take(Buffer.from(`{"embedding":[${vector}]},`));
    reader.take(
      Buffer.from('{}],"usage":{"prompt_tokens":77,"details":{"a":1},"total_tokens":77}}'),
    );
    expect(judgeAnswer({ status: 200, reading: reader.end(), by: 'traffic' }).outcome).toBe(
      'success',
    );
    expect(reader.usage.inputTokens).toBe(77);
  });
});

describe('an event too long to be kept', () => {
  const long = 'x'.repeat(300_000);
  const take = (reader: AnswerReader, text: string) => reader.take(Buffer.from(text));
  const readLong = (name: string, last: string) => {
    const reader = createAnswerReader({ route: 'responses', status: 200 });
    take(reader, named(eventOf('response.output_text.delta', { delta: 'hi' })));
    take(reader, `event: ${name}\ndata: {"type":"${name}","x":"`);
    for (let at = 0; at < 5; at += 1) take(reader, long);
    take(reader, `"}\n\n${last}`);
    return reader;
  };

  test('is known by its name', () => {
    const reader = readLong('response.completed', '');
    expect(reader.hasEnded).toBe(true);
    expect(reader.end()).toMatchObject({ kind: 'answer' });
  });

  test('doesn’t hide those behind it', () => {
    const failed = named(eventOf('response.failed', { response: responseOf({}) }));
    expect(readLong('response.image', failed).end()).toMatchObject({ kind: 'error' });
  });

  test('leaves no word about what may be missing', () => {
    expect(readLong('response.image', '').end()).toMatchObject({ kind: 'answer' });
  });
});

test('a channel that never says the end may leave it out, but not the answer', () => {
  const end = (text: string) => {
    const reader = createAnswerReader({ route: 'chat', status: 200, mayLackEnd: true });
    reader.take(Buffer.from(text));
    return reader.end();
  };
  expect(end(hi)).toMatchObject({ kind: 'answer' });
  expect(end(chatDelta({ role: 'assistant' }))).toMatchObject({ fault: 'broken_stream' });
});

test('what only the channel understands is reported, wherever it comes', () => {
  const marksOf = (route: GatewayRoute, ...texts: string[]) => {
    const marks = new Set<string>();
    const reader = createAnswerReader({ route, status: 200, onState: (mark) => marks.add(mark) });
    for (const text of texts) reader.take(Buffer.from(text));
    reader.end();
    return [...marks];
  };
  const reasoning = { id: 'rs_1', type: 'reasoning', encrypted_content: 'sealed' };
  expect(
    marksOf(
      'responses',
      named(eventOf('response.created', { response: responseOf({ output: [] }) })),
      named(eventOf('response.output_text.delta', { delta: 'hi' })),
      named(eventOf('response.output_item.done', { item: reasoning })),
      named(eventOf('response.completed', { response: responseOf({ output: [reasoning] }) })),
    ),
  ).toEqual(['resp_1', 'rs_1', 'sealed']);
  const signature = { type: 'signature_delta', signature: 'signed' };
  expect(
    marksOf(
      'anthropic',
      textDelta('hi'),
      named(eventOf('content_block_delta', { index: 0, delta: signature })),
    ),
  ).toEqual(['signed']);
  expect(marksOf('responses', JSON.stringify(responseOf({ output: [reasoning] })))).toEqual([
    'resp_1',
    'rs_1',
    'sealed',
  ]);
});

test('a long answer costs little memory and time', () => {
  const reader = createAnswerReader({ route: 'chat', status: 200 });
  const chunk = Buffer.from(words);
  const read = () => {
    for (let at = 0; at < 20_000; at += 1) reader.take(chunk);
  };
  // 44 MB.
  expect(cpuMsOf(read)).toBeLessThan(3_000 * slowness());
});
