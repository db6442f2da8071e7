import { expect, test } from 'vitest';
import { faultOfPathRule, formatPathRule, parsePathRule } from './path-rule.ts';

test.each([
  ['chat=/api/v3/chat/completions', { route: 'chat', path: '/api/v3/chat/completions' }],
  ['list = /models?all=1', { route: 'list', path: '/models?all=1' }],
  ['gemini = /g/{model}:go', { route: 'gemini', path: '/g/{model}:go' }],
  ['responses  =  none', { route: 'responses', path: null }],
] as const)('%j is read', (text, read) => {
  expect(faultOfPathRule(text)).toBeNull();
  expect(parsePathRule(text)).toEqual(read);
  expect(parsePathRule(formatPathRule(read))).toEqual(read);
});

test.each([
  ['chat', /must be/],
  ['chat = api/v3', /must be/],
  ['chat = https://evil.example/', /must be/],
  ['chats = /a', /one of the routes chat, /],
  ['chat = //evil.example/a', /plain characters/],
  ['chat = /a\\b', /plain characters/],
  ['chat = /a#b', /plain characters/],
  ['chat = /a/../b', /without/],
])('%j is refused', (text, message) => {
  expect(faultOfPathRule(text)).toMatch(message);
});
