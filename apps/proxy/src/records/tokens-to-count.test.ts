import { noUsage, type TokenUsage } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { sizeOf, tokensToCount, usedTokens } from './tokens-to-count.ts';

const attempt = {
  ...{ target_id: 1, target_name: 'one', model: 'm', status: 200, duration_s: 1 },
  ...{ error: null, error_kind: null, is_live_failure: false },
};
type EndedRequest = Parameters<typeof usedTokens>[0];
const ended: EndedRequest = {
  ...{ route: 'chat', stream: false, status: 200, attempts: [attempt] },
  ...{ error_kind: null, response_bytes: 40 },
};
const estimated = { input: 100, output: 6 };

test.each([
  ['the answer’s own report', {}, { inputTokens: 3, outputTokens: 4 }, 7],
  ['its report, even of one side alone', {}, { outputTokens: 4 }, 4],
  ['an estimate by the text', {}, {}, 106],
  ['the same of a route that no probe takes', { route: 'completions' }, {}, 106],
  ['the text that came before the client left', { status: 499 }, {}, 106],
  ['nothing if it left before anything was sent', { status: 499, attempts: [] }, {}, 0],
  ['only the input of embeddings, because they write no text', { route: 'embeddings' }, {}, 100],
  ['nothing for an error', { status: 502 }, {}, 0],
  ['nothing for an empty answer', { response_bytes: 0 }, {}, 0],
  ['nothing for a picture', { route: 'images' }, {}, 0],
  ['a stream of sound by its bytes', { route: 'speech', stream: true }, {}, 110],
  ['nothing for a count', { route: 'count-tokens' }, {}, 0],
  [
    'what came of a stream that began with a report',
    { status: 499 },
    { inputTokens: 3, outputTokens: 1 },
    9,
  ],
  [
    'the same if the channel broke it off',
    { error_kind: 'upstream' },
    { inputTokens: 3, outputTokens: 1 },
    9,
  ],
  [
    'a report that is larger than what came',
    { status: 499 },
    { inputTokens: 3, outputTokens: 8 },
    11,
  ],
] satisfies [string, Partial<EndedRequest>, Partial<TokenUsage>, number][])(
  'counts %s',
  (_, changes, reported, expected) => {
    const request = { ...ended, ...changes };
    const used = usedTokens(request, { ...noUsage, ...reported }, estimated);
    expect(tokensToCount(request, used, estimated)).toBe(expected);
  },
);

test.each([
  ['chat', 1_010],
  ['embeddings', 10],
  ['gemini-embed', 10],
  ['count-tokens', 0],
  ['gemini-count-tokens', 0],
  ['images', 0],
  ['moderations', 0],
] as const)('%s reserves %d tokens for an input of 10', (route, expected) => {
  expect(sizeOf(route, Buffer.alloc(40, ' '), () => 10).total()).toBe(expected);
});
