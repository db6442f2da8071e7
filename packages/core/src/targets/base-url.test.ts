import { expect, test } from 'vitest';
import { baseUrlSchema, normaliseBaseUrl } from './base-url.ts';
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
