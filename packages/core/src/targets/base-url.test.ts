import { describe, expect, test } from 'vitest';
import { normaliseBaseUrl, pathOn } from './base-path.ts';
import { baseUrlSchema } from './base-url.ts';
import { isSameOrigin } from './is-same-origin.ts';

test.each([
  ['https://relay.example', 'https://relay.example'],
  ['  https://relay.example/  ', 'https://relay.example'],
  ['https://relay.example///', 'https://relay.example'],
  ['https://relay.example/v1', 'https://relay.example'],
  ['https://relay.example/V1//', 'https://relay.example'],
  ['https://relay.example/team/v1/', 'https://relay.example/team'],
  ['https://relay.example/team/v1beta', 'https://relay.example/team/v1beta'],
  ['https://relay.example/mv1', 'https://relay.example/mv1'],
  ['http:\\\\x.invalid\\y', 'http://x.invalid/y'],
  ['http:/x.invalid', 'http://x.invalid'],
  ['HTTPS://Relay.Example:443/Team', 'https://relay.example/Team'],
  ['https://relay.example/a/../b//', 'https://relay.example/b'],
  ['http://127.0.0.1:8080/v1', 'http://127.0.0.1:8080'],
  ['https://a.example/v1/chat/completions', 'https://a.example'],
  ['https://a.example/chat/completions/', 'https://a.example'],
  ['https://a.example/team/v1/messages', 'https://a.example/team'],
  ['https://a.example/v1/messages/count_tokens', 'https://a.example'],
  ['https://a.example/v1/responses', 'https://a.example'],
  ['https://a.example/v1/models', 'https://a.example'],
  ['https://a.example/v1/embeddings', 'https://a.example'],
  ['https://a.example/v1/completions', 'https://a.example'],
  ['https://a.example/api/v3/chat/completions', 'https://a.example/api/v3'],
  ['https://a.example/api/paas/v4/models', 'https://a.example/api/paas/v4'],
  ['https://a.example/v1beta/models/gemini-2.5-pro:generateContent', 'https://a.example'],
  ['https://a.example/v1beta/models/g:streamGenerateContent', 'https://a.example'],
  ['https://a.example/v1beta/models', 'https://a.example'],
  ['https://a.example/v1beta/openai/chat/completions', 'https://a.example/v1beta/openai'],
  ['https://a.example/messages', 'https://a.example/messages'],
  ['https://a.example/models', 'https://a.example/models'],
])('%j is stored as %j', (raw, kept) => {
  expect(normaliseBaseUrl(raw)).toBe(kept);
  expect(baseUrlSchema.parse(raw)).toBe(kept);
});

test.each([
  'ftp://relay.example',
  'relay.example',
  'https://',
  'https://a.example?',
  'https://a.example/#',
  'https://u@a.example',
  '',
  'https://relay.exa\nmple',
  'https://relay.example/a b',
  'https://relay.example/a\tb',
  'https://relay.example/a\u0000b',
  'https://relay.example/a\u00a0b',
])('%j is refused', (raw) => {
  expect(baseUrlSchema.safeParse(raw).success).toBe(false);
});

test('an origin is scheme, host and port; other changes don’t send a key elsewhere', () => {
  const base = 'https://relay.example/team';
  expect(isSameOrigin(base, 'https://relay.example:443/other')).toBe(true);
  expect(isSameOrigin(base, 'http://relay.example/team')).toBe(false);
  expect(isSameOrigin(base, 'https://relay.example:8443/team')).toBe(false);
  expect(isSameOrigin(base, 'https://relay.example.evil.com/team')).toBe(false);
});

describe('the path of a request on a base', () => {
  test.each([
    ['https://a.example', '/v1/chat/completions', '/v1/chat/completions'],
    ['https://a.example/relay', '/v1/messages', '/relay/v1/messages'],
    ['https://a.example/api/paas/v4', '/v1/chat/completions', '/api/paas/v4/chat/completions'],
    ['/api/paas/v4/', '/v1/models?after_id=a/v1/b', '/api/paas/v4/models?after_id=a/v1/b'],
    ['/api/v3', '/v1/embeddings', '/api/v3/embeddings'],
    ['/v1beta', '/v1beta/models/g:generateContent', '/v1beta/models/g:generateContent'],
    ['/v1beta/openai', '/v1/chat/completions', '/v1beta/openai/chat/completions'],
    ['/v1beta/openai', '/v1beta/models/g:generateContent', '/v1beta/models/g:generateContent'],
    ['/v1beta/openai', '/upload/v1beta/files?upload_id=1', '/upload/v1beta/files?upload_id=1'],
    ['/relay', '/upload/v1beta/files', '/relay/upload/v1beta/files'],
    ['/v1/openai', '/v1/responses', '/v1/openai/responses'],
    ['/openai', '/v1/responses', '/openai/v1/responses'],
    ['/api/v4', '/rerank', '/api/v4/rerank'],
    ['/v4/relay', '/v1/messages', '/v4/relay/v1/messages'],
    ['', '/v1/models', '/v1/models'],
  ])('%s + %s → %s', (base, path, whole) => {
    expect(pathOn(base, path)).toBe(whole);
  });
});
