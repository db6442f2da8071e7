import type { GatewayRoute } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { createAnswerReader } from './answer-reader.ts';

const sentence = 'The quick brown fox jumps over the lazy dog. ';
const chunk = (content: string) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;
const ends =
  'data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n';

function estimateOf(body: string, size: number, route: GatewayRoute = 'chat'): number {
  const reader = createAnswerReader({ route, status: 200 });
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size));
  reader.end();
  return reader.estimatedTokens;
}

test.each([1, 4, 9])('the text of a stream in pieces of %d characters is estimated', (length) => {
  const text = sentence.repeat(20);
  const pieces = text.match(new RegExp(`.{1,${length}}`, 'g')) ?? [];
  const body = pieces.map(chunk).join('') + ends;
  for (const size of [1, 1000, 1_000_000]) {
    const tokens = estimateOf(body, size);
    expect(tokens).toBeGreaterThan((text.length / 4) * 0.95);
    expect(tokens).toBeLessThan((text.length / 4) * 1.1);
  }
});

test('the text of a whole answer is estimated, and an error has none', () => {
  const whole = { choices: [{ message: { content: sentence.repeat(80) }, finish_reason: 'stop' }] };
  expect(estimateOf(JSON.stringify(whole), 100)).toBe((sentence.length * 80) / 4);
  expect(estimateOf('{"error":{"message":"no"}}', 100)).toBe(0);
});

test('long thoughts count as a whole, also if the stream is cut before the text', () => {
  const delta = { type: 'thinking_delta', thinking: sentence };
  const thought = `data: ${JSON.stringify({ type: 'content_block_delta', index: 0, delta })}\n\n`;
  const tokens = estimateOf(thought.repeat(200), 1000, 'anthropic');
  expect(tokens).toBe((sentence.length * 200) / 4);
});
