import { expect, test } from 'vitest';
import { parsePathRule } from './path-rule.ts';
import { setPathOf } from './set-path.ts';

const set = (rules: string[], path: string, model: string | null = null) =>
  setPathOf(rules.map(parsePathRule), path, model);

test.each([
  ['chat = /api/v3/chat/completions', '/v1/chat/completions', '/api/v3/chat/completions'],
  ['responses = /r', '/v1/responses/resp_1/input_items?limit=2', '/r/resp_1/input_items?limit=2'],
  ['responses = /r', '/v1/responses/compact', '/r/compact'],
  ['anthropic = /claude/messages', '/v1/messages', '/claude/messages'],
  [
    'anthropic = /claude/messages?v=1',
    ...['/v1/messages/count_tokens?beta=true', '/claude/messages/count_tokens?v=1&beta=true'],
  ],
  ['realtime = /live', '/v1/realtime?model=m', '/live?model=m'],
  ['list = /api/models?all=1', '/v1/models', '/api/models?all=1'],
  [
    'list = /api/models',
    '/v1beta/models?pageSize=1000&pageToken=a',
    '/api/models?pageSize=1000&pageToken=a',
  ],
  [
    'gemini = /g/v1/models/{model}:generateContent',
    ...['/v1beta/models/gemini-2.5:streamGenerateContent?alt=sse'],
    '/g/v1/models/gemini-2.5:streamGenerateContent?alt=sse',
  ],
  ['gemini = /g/models', '/v1beta/models/a/b:countTokens', '/g/models/a/b:countTokens'],
  ['gemini = /g/{model}', '/v1beta/models/m:generateContent', '/g/m:generateContent'],
  [
    'gemini-embed = /e/models',
    '/v1beta/models/m:batchEmbedContents',
    '/e/models/m:batchEmbedContents',
  ],
])('%s: %s is at %s', (rule, path, wanted) => {
  expect(set([rule], path)).toBe(wanted);
});

test.each([
  ['chat = /c', '/v1/completions'],
  ['chat = none', '/v1/chat/completions'],
  ['completions = /c', '/v1/completionsx'],
  ['list = /l', '/v1/models/m'],
  ['gemini = /g', '/v1beta/models/m:embedContent'],
  ['gemini-embed = /g', '/v1beta/models/m:generateContent'],
  ['responses = /r', '/v1/files/file-1'],
])('%s says nothing about %s', (rule, path) => {
  expect(set([rule], path)).toBeNull();
});

test('a model stands in the path, escaped, and a request about none is where it usually is', () => {
  const azure = 'chat = /openai/deployments/{model}/chat/completions?api-version=2026-01';
  expect(set([azure], '/v1/chat/completions', 'gpt 4/o')).toBe(
    '/openai/deployments/gpt%204/o/chat/completions?api-version=2026-01',
  );
  expect(set([azure], '/v1/chat/completions')).toBeNull();
  expect(set([azure], '/v1/chat/completions', '$&')).toContain('/%24%26/');
});
