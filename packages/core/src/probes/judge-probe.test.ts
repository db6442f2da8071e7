import { describe, expect, test } from 'vitest';
import { answerReading as answer } from '../../test/sample-answer.ts';
import type { Answer, BodyReading } from './answer.ts';
import type { AnsweredExchange } from './exchange.ts';
import { judgeProbe } from './judge-probe.ts';

const exchange: AnsweredExchange = {
  answered: true,
  status: 200,
  headers: {},
  body: 'the body',
  cut: null,
  firstByteS: 0.1,
  durationS: 0.2,
};

function error(message: string, type: string | null = null): BodyReading {
  return { kind: 'error', streamed: false, error: { message, type, code: null, param: null } };
}

test('a model that answers text is alive; the text is trimmed and cut at 500 characters, but not within an emoji', () => {
  const text = ` ${'a'.repeat(499)}🙂 and more`;
  expect(judgeProbe(exchange, answer({ text }))).toEqual({
    success: true,
    transport_success: true,
    status_code: 200,
    error: null,
    error_kind: null,
    content: 'a'.repeat(499),
    tool_calls: [],
    tool_calls_count: 0,
  });
});

describe('without text', () => {
  test.each<[string, Partial<Answer>, boolean]>([
    ['a tool call is life', { toolCalls: [{ name: 'f', arguments: '{}' }] }, true],
    ['the limit with tokens used is life', { stoppedAtLimit: true, outputTokens: 64 }, true],
    ['the limit behind a thought is life', { stoppedAtLimit: true, hasThought: true }, true],
    ['the limit with nothing used is none', { stoppedAtLimit: true, outputTokens: 0 }, false],
    ['a thought alone is none', { hasThought: true, outputTokens: 9 }, false],
    ['blanks are none', { text: ' \n\t', outputTokens: 3 }, false],
  ])('%s', (_, part, success) => {
    const verdict = judgeProbe(exchange, answer(part));
    expect(verdict.success).toBe(success);
    expect(verdict.error_kind).toBe(success ? null : 'no_text');
    expect(verdict.error).toBe(success ? null : 'no readable text');
    expect(verdict.tool_calls_count).toBe(verdict.tool_calls.length);
  });
});

test('without an answer there is no status, and the reason is the error', () => {
  const unanswered = { answered: false, kind: 'timeout', message: 'timed out after 30 s' } as const;
  expect(judgeProbe({ ...unanswered, durationS: 30 }, error(''))).toMatchObject({
    success: false,
    transport_success: false,
    status_code: null,
    error: 'timed out after 30 s',
    error_kind: 'timeout',
  });
});

test('an error status counts more than the text that comes with it', () => {
  expect(judgeProbe({ ...exchange, status: 429 }, error('slow\n  down'))).toMatchObject({
    success: false,
    transport_success: true,
    status_code: 429,
    error: 'HTTP 429: slow down',
    error_kind: 'rate_limit',
  });
});

test('a redirect that was not followed names the other origin without its path', () => {
  const headers = { location: 'https://other.example/login?key=1' };
  expect(judgeProbe({ ...exchange, status: 302, headers }, error('')).error).toBe(
    'HTTP 302: redirects to https://other.example, not followed',
  );
});

test('a body that was cut fails, even if its start is valid', () => {
  const reading = answer({ text: 'fine so far' });
  expect(judgeProbe({ ...exchange, cut: 'too_long' }, reading)).toMatchObject({
    success: false,
    transport_success: false,
    status_code: 200,
    error: 'response parse failed: the body is longer than is read, starts with the body',
    error_kind: 'bad_body',
  });
});

describe('a 2xx without an answer', () => {
  test.each<[string, BodyReading, string, string]>([
    ['an error', error('Overloaded', 'overloaded_error'), 'response error: Overloaded', 'upstream'],
    [
      'an error that is only typed',
      error('', 'api_error'),
      'response error: api_error',
      'upstream',
    ],
    [
      'a page',
      { kind: 'unreadable', fault: 'html', body: '<html>\n<p>' },
      'response parse failed: an HTML page, starts with <html> <p>',
      'bad_body',
    ],
    [
      'nothing',
      { kind: 'unreadable', fault: 'empty', body: '' },
      'response parse failed: empty body',
      'bad_body',
    ],
    [
      'much',
      { kind: 'unreadable', fault: 'not_json', body: 'x'.repeat(999) },
      `response parse failed: not JSON, starts with ${'x'.repeat(200)}…`,
      'bad_body',
    ],
  ])('%s', (_, reading, sentence, kind) => {
    expect(judgeProbe(exchange, reading)).toMatchObject({
      success: false,
      transport_success: true,
      status_code: 200,
      error: sentence,
      error_kind: kind,
    });
  });
});
