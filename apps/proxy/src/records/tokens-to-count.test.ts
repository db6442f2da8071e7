import { expect, test } from 'vitest';
import { sizeOf, tokensToCount } from './tokens-to-count.ts';

const attempt = {
  ...{ target_id: 1, target_name: 'one', model: 'm', status: 200, duration_s: 1 },
  ...{ error: null, error_kind: null, is_live_failure: false },
};
type EndedRequest = Parameters<typeof tokensToCount>[0];
const ended: EndedRequest = {
  ...{ route: 'chat', stream: false, status: 200, attempts: [attempt] },
  ...{ input_tokens: null, output_tokens: null, response_bytes: 40 },
};

test.each([
  ['the answer’s own report', { input_tokens: 3, output_tokens: 4 }, 7],
  ['its report, even of one side alone', { output_tokens: 4 }, 4],
  ['an estimate by the bytes', {}, 110],
  ['the same of a route that no probe takes', { route: 'completions' }, 110],
  ['the bytes sent to a client that left midway', { status: 499 }, 110],
  ['the bytes sent up before it left', { status: 499, response_bytes: 0 }, 100],
  ['nothing if it left before anything was sent', { status: 499, attempts: [] }, 0],
  ['only the input of embeddings, because they write no text', { route: 'embeddings' }, 100],
  ['nothing for an error', { status: 502 }, 0],
  ['nothing for an empty answer', { response_bytes: 0 }, 0],
  ['nothing for a picture', { route: 'images' }, 0],
  ['a stream, whatever it carries', { route: 'speech', stream: true }, 110],
  ['nothing for a count', { route: 'count-tokens' }, 0],
] satisfies [string, Partial<EndedRequest>, number][])('counts %s', (_, changes, expected) => {
  expect(tokensToCount({ ...ended, ...changes }, 100)).toBe(expected);
});

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
