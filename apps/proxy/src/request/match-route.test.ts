import { expect, test } from 'vitest';
import { matchRoute } from './match-route.ts';

const post = (path: string) => matchRoute('POST', path, {});

test.each(['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty', 'generate'])(
  '%s isn’t a method, and goes nowhere',
  (method) => {
    expect(post(`/v1/models/x:${method}`)).toEqual({ kind: 'wrong_method', dialect: 'openai' });
    expect(post(`/v1beta/models/x:${method}`)).toEqual({ kind: 'wrong_method', dialect: 'gemini' });
  },
);

test.each(['a/../b', '../b', './b', 'a/%2e%2e/b', 'a%2F..%2Fb', '..'])(
  'a model named %s can’t climb out of its path',
  (model) => {
    expect(post(`/v1beta/models/${model}:generateContent`)?.kind).toBe('wrong_method');
  },
);

test('a name may have dots', () => {
  expect(post('/v1beta/models/relay/gemini-2.5-pro:generateContent')).toMatchObject({
    kind: 'forward',
    pathModel: 'relay/gemini-2.5-pro',
  });
});
