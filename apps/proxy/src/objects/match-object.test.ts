import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { matchRoute } from '../request/match-route.ts';

const anthropic = { 'anthropic-version': '2023-06-01' };
const google = { 'x-goog-api-key': 'k' };

function matched(method: string, path: string, headers: IncomingHttpHeaders = {}) {
  const found = matchRoute(method, path, headers);
  if (found?.kind !== 'forward') return found;
  const { route, dialect, method: asked, upstreamPath, object } = found.endpoint;
  return [route, dialect, `${asked} ${upstreamPath}`, object?.action, object?.kind, object?.id];
}

test.each([
  ['GET', '/v1/responses/resp_1', {}, ['responses-item', 'openai', 'stream', 'response', 'resp_1']],
  ['POST', '/responses/r/cancel', {}, ['responses-item', 'openai', 'change', 'response', 'r']],
  ['POST', '/v1/files', {}, ['files', 'openai', 'upload', 'file', null]],
  ['POST', '/v1/files', anthropic, ['files', 'anthropic', 'upload', 'anthropic-file', null]],
  ['GET', '/v1/files', google, ['gemini-files', 'gemini', 'list', 'gemini-file', null]],
  ['GET', '//v1/files/f/content', {}, ['files', 'openai', 'content', 'file', 'f']],
  ['GET', '/v1/batches/b', {}, ['batches', 'openai', 'read', 'batch', 'b']],
  [
    ...(['GET', '/v1/messages/batches/b/results', {}] as const),
    ['message-batches', 'anthropic', 'content', 'message-batch', 'b'],
  ],
  [
    ...(['GET', '/v1beta/files/f:download', {}] as const),
    ['gemini-files', 'gemini', 'content', 'gemini-file', 'files/f'],
  ],
  [
    ...(['PATCH', '/v1/cachedContents/c', google] as const),
    ['cached-contents', 'gemini', 'change', 'cached-content', 'cachedContents/c'],
  ],
  [
    ...(['POST', '/upload/v1/files', google] as const),
    ['gemini-files', 'gemini', 'upload', 'gemini-file', null],
  ],
] as const)('%s %s with %j', (method, path, headers, expected) => {
  const [route, dialect, , ...rest] = matched(method, path, headers) as unknown[];
  expect([route, dialect, ...rest]).toEqual(expected);
});

test('the channel is asked at the provider’s own path', () => {
  expect(matched('GET', '/files/f')).toContain('GET /v1/files/f');
  expect(matched('GET', '/v1/cachedContents', google)).toContain('GET /v1beta/cachedContents');
  expect(matched('POST', '/v1beta/upload/v1beta/files')).toContain('POST /upload/v1beta/files');
  expect(matched('GET', '/v1beta/files/f:download')).toContain('GET /v1beta/files/f:download');
});

test('a body that names its model is a request for one', () => {
  expect(matched('POST', '/v1beta/cachedContents')?.[3 as never]).toBeUndefined();
});

test.each([
  '/v1/files/a/b',
  '/v1/files/a%2Fb',
  '/v1/files/..',
  '/v1/files/.',
  '/v1/files/%2e%2e',
  '/v1/files/a%20b',
  `/v1/files/${'a'.repeat(300)}`,
  '/v1/batches/../files',
  '/v1beta/files/../models',
  '/v1beta/cachedContents/a%3Fb',
])('%s names no object', (path) => {
  expect(matched('GET', path)).toMatchObject({ kind: 'unknown' });
});

test('another method is refused with those that are allowed', () => {
  expect(matched('PUT', '/v1/files/f')).toEqual({
    ...{ kind: 'wrong_method', dialect: 'openai', allowed: 'GET, DELETE' },
  });
  expect(matched('GET', '/upload/v1beta/files')).toMatchObject({ allowed: 'POST' });
  expect(matched('GET', '/v1/responses/compact')).toMatchObject({ allowed: 'POST' });
});
