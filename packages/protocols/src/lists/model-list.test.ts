import type { AnsweredExchange, Exchange } from '@api-monitor/core';
import { describe, expect, test } from 'vitest';
import { listRequest, type ModelList, nextListRequest, startListing } from './model-list.ts';

const answered = (body: unknown, status = 200): AnsweredExchange => ({
  answered: true,
  status,
  headers: {},
  body: typeof body === 'string' ? body : JSON.stringify(body),
  cut: null,
  firstByteS: 0,
  durationS: 0,
});
const version = '2023-06-01';

/** Lists until the end, from a channel that answers so; also what was asked. */
function listing(
  answer: (path: string, keyHeader: string | null) => Exchange,
  way: unknown = null,
) {
  const asked: string[] = [];
  let state = startListing(way);
  for (;;) {
    const { path, keyHeader } = listRequest(state, version);
    asked.push(`${path} ${keyHeader ?? 'bearer'}`);
    const step = nextListRequest(state, answer(path, keyHeader));
    if (step.done) return { list: step.list, asked };
    state = step.state;
  }
}

const listOf = (exchange: Exchange): ModelList => listing(() => exchange).list;
const models = (...ids: string[]) => ({ ok: true, models: ids, way: 'openai' });

describe('a list is read from', () => {
  test.each<[string, unknown]>([
    ["OpenAI's data", { object: 'list', data: [{ id: 'a' }, { id: 'b' }] }],
    ["Gemini's models", { models: [{ name: 'models/a' }, { name: 'models/b' }] }],
    ['a bare array', [{ id: 'a' }, { id: 'b' }]],
    ['a bare array of names', ['a', 'b']],
    ['entries named by model', { models: [{ model: 'a' }, { model: 'b' }] }],
    ['entries named by model_name', { data: [{ model_name: 'a' }, { modelId: 'b' }] }],
    [
      'entries with a number as id',
      {
        data: [
          { id: 1, name: 'a' },
          { id: 2, name: 'b' },
        ],
      },
    ],
    ['a list within data', { success: true, data: { models: ['a', 'b'] } }],
    [
      'a text with a byte order mark',
      `\uFEFF${JSON.stringify({ data: [{ id: 'a' }, { id: 'b' }] })}`,
    ],
  ])('%s', (_, body) => {
    expect(listOf(answered(body))).toEqual(models('a', 'b'));
  });

  test('an id with a prefix keeps it, because it is the id', () => {
    expect(listOf(answered({ data: [{ id: 'models/a' }] }))).toEqual(models('models/a'));
  });
});

test('ids are listed once and in order, and entries without a usable id are dropped', () => {
  const data = [{ id: 'b' }, { id: 'a' }, null, 7, {}, { id: 5 }, { id: '' }, { id: 'b' }];
  const tooLong = { id: 'x'.repeat(257) };
  expect(listOf(answered({ data: [...data, tooLong] }))).toEqual(models('b', 'a'));
});

test.each<[unknown, string]>([
  [{ success: false, message: '无效的令牌', data: [] }, 'auth'],
  [{ data: [], error: { message: 'Incorrect API key provided' } }, 'auth'],
  [[{ error: { message: 'Incorrect API key provided', code: 401 } }], 'auth'],
  [{ models: [], code: 401 }, 'auth'],
  [{ data: [{ title: 'a' }] }, 'bad_body'],
])('%j is a failure, not an empty list', (body, kind) => {
  expect(listOf(answered(body))).toMatchObject({ ok: false, kind });
});

test('an empty list is a list', () => {
  expect(listOf(answered({ data: [] }))).toEqual(models());
});

test('an id with control characters or half a surrogate pair is dropped', () => {
  const data = ['a\u0000b', 'a\u001b[31m', 'a\nb', 'a\u0085', 'a\ud800', ' good/model-🙂 '];
  expect(listOf(answered({ data: data.map((id) => ({ id })) }))).toEqual(models('good/model-🙂'));
});

describe('pages are followed', () => {
  test('by the id of the last entry', () => {
    const { list, asked } = listing((path) =>
      path.includes('after_id')
        ? answered({ data: [{ id: 'c' }], has_more: false })
        : answered({ data: [{ id: 'a' }, { id: 'b&/' }], has_more: true }),
    );
    expect(list).toEqual(models('a', 'b&/', 'c'));
    expect(asked).toEqual(['/v1/models bearer', '/v1/models?after_id=b%26%2F bearer']);
  });

  test('by the last id that the list names', () => {
    const { asked } = listing((path) =>
      answered({ data: [{ id: path }], has_more: !path.includes('?'), last_id: 'page-a' }),
    );
    expect(asked.at(-1)).toBe('/v1/models?after_id=page-a bearer');
  });

  test("by Gemini's token", () => {
    const { list, asked } = listing(
      (path) =>
        path.includes('pageToken')
          ? answered({ models: [{ name: 'models/b' }] })
          : answered({ models: [{ name: 'models/a' }], nextPageToken: 't/1' }),
      'gemini',
    );
    expect(list).toEqual({ ok: true, models: ['a', 'b'], way: 'gemini' });
    expect(asked).toEqual([
      '/v1beta/models x-goog-api-key',
      '/v1beta/models?pageSize=1000&pageToken=t%2F1 x-goog-api-key',
    ]);
  });

  test('to a bound, and not in circles', () => {
    let page = 0;
    const endless = listing(() => answered({ data: [{ id: `m${page++}` }], has_more: true }));
    expect(endless.asked).toHaveLength(50);
    expect(endless.list).toMatchObject({ ok: true });
    const same = listing(() => answered({ data: [{ id: 'a' }], has_more: true }));
    expect(same.asked).toHaveLength(2);
    expect(same.list).toEqual(models('a'));
  });

  test('and a page that fails is no list, because the other half would look gone', () => {
    const { list, asked } = listing((path) =>
      path.includes('after_id')
        ? answered('', 401)
        : answered({ data: [{ id: 'a' }], has_more: true }),
    );
    const message = 'HTTP 401: no message';
    expect(list).toEqual({ ok: false, message, kind: 'auth', status: 401 });
    expect(asked).toHaveLength(2);
  });
});

describe('other ways are tried', () => {
  const wants = (header: string | null, path: string) => (asked: string, key: string | null) =>
    key === header && asked.startsWith(path)
      ? answered({ data: [{ id: 'a' }] })
      : answered({ error: { message: 'no' } }, 401);

  test("Anthropic's header after a refused bearer", () => {
    const { list, asked } = listing(wants('x-api-key', '/v1/models'));
    expect(list).toEqual({ ok: true, models: ['a'], way: 'anthropic' });
    expect(asked).toEqual(['/v1/models bearer', '/v1/models x-api-key']);
    const { headers } = listRequest({ ...startListing('anthropic') }, version);
    expect(headers).toEqual({ 'anthropic-version': version });
  });

  test("Gemini's after those, and what worked comes first next time", () => {
    const answer = wants('x-goog-api-key', '/v1beta/models');
    expect(listing(answer).asked).toHaveLength(3);
    const again = listing(answer, 'gemini');
    expect(again.list).toMatchObject({ way: 'gemini' });
    expect(again.asked).toHaveLength(1);
  });

  test('after a page, a 404 or a body without a list', () => {
    for (const exchange of [answered('<html>', 200), answered('', 404), answered({ ok: 1 })]) {
      expect(listing(() => exchange).asked).toHaveLength(3);
    }
  });

  test('but not if the channel is down or busy', () => {
    const refused = { answered: false, kind: 'network', message: 'x', durationS: 1 } as const;
    for (const exchange of [answered('', 502), answered('', 429), refused]) {
      expect(listing(() => exchange).asked).toHaveLength(1);
    }
  });

  test('and of several failures a refused key says most', () => {
    const { list } = listing((path) => answered('', path.startsWith('/v1beta') ? 403 : 404));
    expect(list).toMatchObject({
      ok: false,
      message: 'HTTP 403: no message',
      kind: 'auth',
    });
  });
});

describe('the error of anything else says what was sent', () => {
  test.each<[string, AnsweredExchange, string, string]>([
    ['a 401', answered({ error: { message: 'bad key' } }, 401), 'HTTP 401: bad key', 'auth'],
    ['a silent 502', answered('', 502), 'HTTP 502: no message', 'upstream'],
    ['an error in a 200', answered({ error: 'no' }), 'HTTP 200, response error: no', 'upstream'],
    ['no credit', answered({ error: '余额不足' }, 403), 'HTTP 403: 余额不足', 'quota'],
    [
      'a page',
      answered('<html>login</html>'),
      'HTTP 200 without a list of models: <html>login</html>',
      'bad_body',
    ],
    ['an object', answered({ ok: 1 }), 'HTTP 200 without a list of models: {"ok":1}', 'bad_body'],
    ['nothing', answered(''), 'HTTP 200 without a list of models: empty body', 'bad_body'],
    ['too long', { ...answered('{"data":['), cut: 'too_long' }, 'too long to read', 'bad_body'],
  ])('%s', (_, exchange, what, kind) => {
    const { status } = exchange;
    expect(listOf(exchange)).toEqual({ ok: false, message: what, kind, status });
  });

  test('without an answer', () => {
    const exchange = { answered: false, kind: 'network', message: 'connection refused' } as const;
    expect(listOf({ ...exchange, durationS: 1 })).toEqual({
      ok: false,
      message: 'connection refused',
      kind: 'network',
      status: null,
    });
  });

  test('with no more than the first 500 characters', () => {
    const list = listOf(answered('y'.repeat(10_000)));
    expect(list.ok ? '' : list.message).toBe(
      `HTTP 200 without a list of models: ${'y'.repeat(500)}…`,
    );
  });
});

test('what was sent instead is quoted as one clean line', () => {
  const list = listOf(answered(`oh\u0000 \u001b[31m\n${'🙂'.repeat(600)}`));
  const error = list.ok ? '' : list.message;
  expect(error).toMatch(/: oh \[31m 🙂/);
  expect(error.isWellFormed()).toBe(true);
});
