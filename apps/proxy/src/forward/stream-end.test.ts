import { expect, test } from 'vitest';
import { matchRoute } from '../request/match-route.ts';
import { watchStreamEnd } from './stream-end.ts';

function watchOf(path: string) {
  const matched = matchRoute('POST', path, {});
  if (matched?.kind !== 'forward') throw new Error(path);
  return watchStreamEnd(matched.endpoint);
}

const chat = '/v1/chat/completions';
const whole: [string, string][] = [
  [chat, 'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: [DONE]\n\n'],
  [chat, 'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'],
  ['/v1/responses', 'event: response.completed\ndata: {"type":"response.completed"}\n\n'],
  ['/v1/responses', 'event: response.incomplete\ndata: {}\n\n'],
  ['/v1/messages', 'event: message_stop\ndata: {"type":"message_stop"}\n\n'],
  ['/v1beta/models/g:streamGenerateContent', 'data: {"candidates":[{"finishReason":"STOP"}]}\n\n'],
];

test.each(whole)('%s: the end is found wherever the bytes are split', (path, text) => {
  const bytes = Buffer.from(text);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const watch = watchOf(path);
    watch?.take(bytes.subarray(0, cut));
    watch?.take(bytes.subarray(cut));
    expect(watch?.hasEnded(), `cut at ${cut}`).toBe(true);
  }
  const byByte = watchOf(path);
  for (const byte of bytes) byByte?.take(Buffer.from([byte]));
  expect(byByte?.hasEnded()).toBe(true);
});

test.each([
  [chat, 'data: {"choices":[{"delta":{"content":"a"},"finish_reason":null}]}\n\n'],
  ['/v1/responses', 'event: response.output_text.delta\ndata: {}\n\n'],
  ['/v1/messages', 'event: content_block_delta\ndata: {}\n\n'],
])('%s: a stream that merely stops has not ended', (path, text) => {
  const watch = watchOf(path);
  watch?.take(Buffer.from(text));
  expect(watch?.hasEnded()).toBe(false);
});

test.each([
  [chat, 'data: {"choices":[{"delta":{"content":"data: [DONE]"}}]}\n\n'],
  [chat, 'data: {"error":null,"choices":[{"delta":{"content":"a"}}]}\n\n'],
  ['/v1/responses', 'data: {"delta":"event: response.completed"}\n\n'],
  ['/v1/messages', 'data: {"delta":{"text":"event: message_stop, event: error"}}\n\n'],
])('%s: a model that says the last word has not ended', (path, text) => {
  const watch = watchOf(path);
  watch?.take(Buffer.from(text));
  expect([watch?.hasEnded(), watch?.hasError()]).toEqual([false, false]);
});

test('an error within the stream ends it, and is reported as one', () => {
  const watch = watchOf('/v1/messages');
  watch?.take(Buffer.from('event: error\ndata: {"type":"error"}\n\n'));
  expect([watch?.hasEnded(), watch?.hasError()]).toEqual([true, true]);
});

const refusals: [string, string][] = [
  [chat, 'data: {"error":{"message":"too long","code":"context_length_exceeded"}}\n\n'],
  [chat, 'data: {"error":{"type": "invalid_request_error","message":"x"}}\n\n'],
  [
    '/v1/messages',
    'event: error\ndata: {"type":"error","error":{"type":"invalid_request_error"}}\n\n',
  ],
  [
    '/v1/responses',
    'event: response.failed\ndata: {"response":{"error":{"code":"invalid_prompt"}}}\n\n',
  ],
  ['/v1/responses', 'data: {"error":{"code":"content_policy_violation"}}\n\n'],
  [
    '/v1beta/models/g:streamGenerateContent',
    'data: {"error":{"code":400,"status":"INVALID_ARGUMENT"}}\n\n',
  ],
];

test.each(refusals)(
  '%s: an error of the client’s is recognised wherever it is cut',
  (path, text) => {
    const before = Buffer.from(`data: ${'x'.repeat(10_000)}\n\n`);
    const bytes = Buffer.from(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const watch = watchOf(path);
      watch?.take(before);
      watch?.take(bytes.subarray(0, cut));
      watch?.take(bytes.subarray(cut));
      expect([watch?.hasError(), watch?.isClientError()], `cut at ${cut}`).toEqual([true, true]);
    }
  },
);

test.each([
  [chat, 'data: {"error":{"message":"broke","type":"server_error"}}\n\n'],
  [chat, 'data: {"error":{"message":"\\"type\\":\\"invalid_request_error\\""}}\n\n'],
  ['/v1/messages', 'event: error\ndata: {"error":{"type":"overloaded_error"}}\n\n'],
])('%s: an error of the channel’s is none of the client’s', (path, text) => {
  const watch = watchOf(path);
  watch?.take(Buffer.from(text));
  expect([watch?.hasError(), watch?.isClientError()]).toEqual([true, false]);
});

test('an answer that isn’t a stream isn’t watched', () => {
  expect(watchOf('/v1/embeddings')).toBeNull();
});
