import type { GatewayRoute } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { outputLimitOf } from './output-limit.ts';

const usual = 1_000;

const limitIn = (route: GatewayRoute, body: object | string) =>
  outputLimitOf(route, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

test.each<[GatewayRoute, object | string, number]>([
  ['chat', { model: 'm', max_tokens: 7 }, 7],
  ['chat', { max_completion_tokens: 8 }, 8],
  ['chat', { max_tokens: 5, max_completion_tokens: 50 }, 50],
  ['chat', { max_tokens: 5, n: 4 }, 20],
  ['completions', { max_tokens: 5, n: 2, best_of: 3 }, 15],
  ['anthropic', { max_tokens: 9 }, 9],
  ['responses', { max_output_tokens: 9 }, 9],
  ['responses-compact', { max_output_tokens: 9 }, 9],
  ['gemini', { generationConfig: { temperature: 1, maxOutputTokens: 10 } }, 10],
  ['gemini', { generation_config: { max_output_tokens: 11 } }, 11],
  ['gemini', { generationConfig: { maxOutputTokens: 5, candidateCount: 2 } }, 10],
  ['chat', '{"max_tokens" \n:\t 12 }', 12],
  ['chat', '{"max_tokens": 1, "max_tokens": 3}', 3],
  ['chat', String.raw`{"max\u005ftokens": 2000, "\u006d\u0061x_tokens": 3}`, 2_000],
  ['gemini', String.raw`{"generation\u0043onfig": {"max\u004futputTokens": 12}}`, 12],
  ['chat', { max_tokens: 2_000_000 }, 2_000_000],
  ['chat', '{"max_tokens": 1e6}', 1_000_000],
  ['chat', '{"max_tokens": 2.5E+3, "n": 2.0}', 5_000],
])('%s with %j allows %d tokens', (route, body, expected) => {
  expect(limitIn(route, body)).toBe(expected);
});

test.each<[GatewayRoute, object]>([
  ['chat', { metadata: { maxOutputTokens: 1, max_output_tokens: 1 } }],
  ['chat', { max_output_tokens: 1 }],
  ['chat', { generationConfig: { maxOutputTokens: 1 } }],
  ['chat', { MAX_TOKENS: 1 }],
  ['responses', { max_tokens: 1, max_completion_tokens: 1 }],
  ['anthropic', { max_completion_tokens: 1, max_output_tokens: 1 }],
  ['completions', { max_completion_tokens: 1 }],
  ['gemini', { max_tokens: 1, maxOutputTokens: 1 }],
  ['gemini', { labels: { maxOutputTokens: 1 } }],
  ['gemini', { generationConfig: { nested: { maxOutputTokens: 1 } } }],
  ['gemini', { generationConfig: [{ maxOutputTokens: 1 }] }],
  ['gemini', { generationConfig: 1, labels: { maxOutputTokens: 1 } }],
])('%s reads only its own names, in their own place: not %j', (route, body) => {
  expect(limitIn(route, body)).toBe(usual);
});

test.each([
  {},
  { model: 'max_tokens', stop: ['max_tokens', '5'] },
  { messages: [{ content: 'say "max_tokens": 5', max_tokens: 5 }] },
  { tools: [{ parameters: { properties: { max_tokens: { type: 'integer' } } } }] },
  { max_tokens: null },
  { max_tokens: '5' },
  { max_tokens: -5 },
  { max_tokens: 0 },
  { max_tokens: 1.5 },
  '{"max_tokens": 1e400}',
  '{"max_tokens": 1000000000000000000000000000000000000000000}',
  '{"max_tokens": 5, "max_tokens": null}',
  '{"max_tokens": 5x}',
  '',
  '[',
  '{"max_tokens": 5, "cut',
])('%j counts as naming no limit', (body) => {
  expect(limitIn('chat', body)).toBe(usual);
});

test('each of several answers without a limit counts as the usual length', () => {
  expect(limitIn('chat', { n: 4 })).toBe(4 * usual);
});

test('however large the numbers are, sums of the product are exact', () => {
  const body = { max_tokens: Number.MAX_SAFE_INTEGER, n: Number.MAX_SAFE_INTEGER };
  expect(limitIn('chat', body)).toBe(1_000_000_000);
});

test.each(['"max_tokens":1,', String.raw`"max\u005ftokens":1,`, String.raw`"\u006d\q":1,`])(
  'a body made of nothing but %s is scanned quickly',
  (piece) => {
    const body = Buffer.from(`{${piece.repeat(300_000)}"max_tokens":2}`);
    const before = process.threadCpuUsage();
    expect(outputLimitOf('chat', body)).toBe(2);
    // This thread's own time: other programs on the machine don't count.
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(2_000);
  },
);
