import { expect, test } from 'vitest';
import { matchRoute } from './match-route.ts';

const post = (path: string) => matchRoute('POST', path, {});

test.each(['constructor', 'toString', 'valueOf', '__proto__', 'hasOwnProperty', 'generate'])(
  '%s isn’t a method, and goes nowhere',
  (method) => {
    const wrong = { kind: 'wrong_method', allowed: 'GET, HEAD' };
    expect(post(`/v1/models/x:${method}`)).toEqual({ ...wrong, dialect: 'openai' });
    expect(post(`/v1beta/models/x:${method}`)).toEqual({ ...wrong, dialect: 'gemini' });
  },
);

test.each(['a/../b', '../b', './b', 'a/%2e%2e/b', 'a%2F..%2Fb', '..'])(
  'a model named %s can’t climb out of its path',
  (model) => {
    expect(post(`/v1beta/models/${model}:generateContent`)?.kind).toBe('wrong_method');
  },
);

const forwardedTo = (path: string) => {
  const matched = post(path);
  return matched?.kind === 'forward' ? [matched.endpoint.upstreamPath, matched.pathModel] : matched;
};

test.each([
  'chat/completions',
  'responses',
  'responses/compact',
  'messages',
  'messages/count_tokens',
  'embeddings',
  'completions',
  'images/generations',
  'images/edits',
  'images/variations',
  'audio/speech',
  'audio/transcriptions',
  'audio/translations',
  'moderations',
  'rerank',
])('%s is served with and without its version, however often that is written', (name) => {
  const path = [`/v1/${name}`, null];
  for (const prefix of [
    '/v1/',
    '/',
    '//v1/',
    '//',
    '/v1/v1/',
    '/v1//',
    '/v1//v1/',
    '/v1beta/v1/',
  ]) {
    expect(forwardedTo(prefix + name), prefix).toEqual(path);
  }
});

test.each([
  '/v1beta/models/relay/m',
  '/v1/models/relay/m',
  '/v1/v1beta/models/relay/m',
  '/v1beta/v1beta/models/relay/m',
  '//v1beta//models/relay/m',
  '/models/relay/m',
  // As the AI SDK writes it.
  '/v1beta/relay/m',
])('%s names a model of Gemini’s', (path) => {
  expect(forwardedTo(`${path}:generateContent`)).toEqual([
    '/v1beta/models/{model}:generateContent',
    'relay/m',
  ]);
});

test.each([
  ['a%2Fb', 'a/b'],
  ['%E4%B8%AD%E6%96%87/m', '中文/m'],
  ['my%20relay/m%3Afree', 'my relay/m:free'],
  ['relay/deepseek:free', 'relay/deepseek:free'],
  ['50%off/m', '50%off/m'],
  ['a//b', 'a//b'],
])('the name %s in a path is %s', (path, model) => {
  expect(forwardedTo(`/v1beta/models/${path}:countTokens`)).toEqual([
    '/v1beta/models/{model}:countTokens',
    model,
  ]);
  const listed = matchRoute('GET', `/v1//models/${path}`, {});
  expect(listed).toEqual({ kind: 'models', dialect: 'openai', id: model });
});

test.each([
  ['/v1', 'openai'],
  ['/v1/', 'openai'],
  ['/v1/nothing', 'openai'],
  ['//v1/nothing', 'openai'],
  ['/v1/messages/nothing', 'anthropic'],
  ['/v1beta', 'gemini'],
  ['/v1beta/nothing', 'gemini'],
  ['/v1/v1beta/nothing', 'gemini'],
])('%s is unknown, in the dialect of %s', (path, dialect) => {
  expect(post(path)).toEqual({ kind: 'unknown', dialect });
});

test.each([
  '/',
  '//',
  '/api/targets',
  '/v10/models',
  '/v1x',
  '/models.html',
  '/images/logo.png',
  '/chat',
])('%s isn’t the gateway’s', (path) => {
  expect(matchRoute('GET', path, {})).toBeNull();
});

test('a name may have dots', () => {
  expect(post('/v1beta/models/relay/gemini-2.5-pro:generateContent')).toMatchObject({
    kind: 'forward',
    pathModel: 'relay/gemini-2.5-pro',
  });
});
