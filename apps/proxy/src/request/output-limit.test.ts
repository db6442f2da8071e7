import { expect, test } from 'vitest';
import { outputLimitOf } from './output-limit.ts';

const limitIn = (body: object | string) =>
  outputLimitOf(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));

test.each([
  [{ model: 'm', max_tokens: 7 }, 7],
  [{ max_completion_tokens: 8 }, 8],
  [{ max_output_tokens: 9 }, 9],
  [{ generationConfig: { temperature: 1, maxOutputTokens: 10 } }, 10],
  [{ generation_config: { max_output_tokens: 11 } }, 11],
  [{ max_tokens: 5, max_completion_tokens: 50 }, 50],
  [{ max_tokens: 5, n: 4 }, 20],
  [{ generationConfig: { maxOutputTokens: 5, candidateCount: 2 } }, 10],
  ['{"max_tokens" \n:\t 12 }', 12],
  ['{"max_tokens": 1, "max_tokens": 3}', 3],
  ['{"max_tokens": 1e3}', 1],
])('%j lets the answer have %d tokens', (body, expected) => {
  expect(limitIn(body)).toBe(expected);
});

test.each([
  {},
  { model: 'max_tokens', stop: ['max_tokens', '5'] },
  { messages: [{ content: 'say "max_tokens": 5', max_tokens: 5 }] },
  { tools: [{ parameters: { properties: { max_tokens: { type: 'integer' } } } }] },
  { max_tokens: null },
  { max_tokens: '5' },
  { max_tokens: -5 },
  { n: 4 },
  '',
  '[',
  '{"max_tokens": 5, "cut',
])('%j names no limit', (body) => {
  expect(limitIn(body)).toBeNull();
});

test('a body made of nothing but names is scanned in no time', () => {
  const body = Buffer.from(`{${'"max_tokens":1,'.repeat(300_000)}"max_tokens":2}`);
  const startedAtMs = performance.now();
  expect(outputLimitOf(body)).toBe(2);
  expect(performance.now() - startedAtMs).toBeLessThan(2_000);
});
