import type { AnsweredExchange } from '@api-monitor/core';
import { describe, expect, test } from 'vitest';
import { readModelList } from './model-list.ts';

const answered = (body: unknown, status = 200): AnsweredExchange => ({
  answered: true,
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
  cut: null,
  firstByteS: 0,
  durationS: 0,
});

test('ids are listed once and in order, and entries without a usable id are dropped', () => {
  const data = [{ id: 'b' }, { id: 'a' }, null, 7, {}, { id: 5 }, { id: '' }, { id: 'b' }];
  const tooLong = { id: 'x'.repeat(257) };
  expect(readModelList(answered({ data: [...data, tooLong] }))).toEqual({
    ok: true,
    models: ['b', 'a'],
  });
});

test('an empty list is a list', () => {
  expect(readModelList(answered({ data: [] }))).toEqual({ ok: true, models: [] });
});

describe('the error of anything else says what was sent', () => {
  test.each<[string, AnsweredExchange, string]>([
    ['a 401', answered({ error: { message: 'bad key' } }, 401), 'HTTP 401: bad key'],
    ['a silent 502', answered('', 502), 'HTTP 502: no message'],
    ['an error in a 200', answered({ error: 'no' }), 'HTTP 200, response error: no'],
    [
      'a page',
      answered('<html>login</html>'),
      'HTTP 200 without a list of models: <html>login</html>',
    ],
    ['an array', answered([{ id: 'a' }]), 'HTTP 200 without a list of models: [{"id":"a"}]'],
    ['nothing', answered(''), 'HTTP 200 without a list of models: empty body'],
    ['too long', { ...answered('{"data":['), cut: 'too_long' }, 'too long to read'],
  ])('%s', (_, exchange, what) => {
    expect(readModelList(exchange)).toEqual({ ok: false, error: `model list: ${what}` });
  });

  test('without an answer', () => {
    const exchange = { answered: false, kind: 'network', message: 'connection refused' } as const;
    expect(readModelList({ ...exchange, durationS: 1 })).toEqual({
      ok: false,
      error: 'model list: connection refused',
    });
  });

  test('with no more than the first 500 characters', () => {
    const list = readModelList(answered('y'.repeat(10_000)));
    expect(list.ok ? '' : list.error).toBe(
      `model list: HTTP 200 without a list of models: ${'y'.repeat(500)}…`,
    );
  });
});

test('an id with control characters or half a surrogate pair is dropped', () => {
  const data = ['a\u0000b', 'a\u001b[31m', 'a\nb', 'a\u0085', 'a\ud800', ' good/model-🙂 '];
  const list = readModelList(answered({ data: data.map((id) => ({ id })) }));
  expect(list).toEqual({ ok: true, models: ['good/model-🙂'] });
});

test('what was sent instead is quoted as one clean line', () => {
  const list = readModelList(answered(`oh\u0000 \u001b[31m\n${'🙂'.repeat(600)}`));
  const error = list.ok ? '' : list.error;
  expect(error).toMatch(/: oh \[31m 🙂/);
  expect(error.isWellFormed()).toBe(true);
});
