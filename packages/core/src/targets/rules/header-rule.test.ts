import { expect, test } from 'vitest';
import { applyHeaderRules, faultOfHeaderRule, parseHeaderRule } from './header-rule.ts';

const apply = (rules: string[], headers: string[], client: string[] = []) =>
  applyHeaderRules(rules.map(parseHeaderRule), headers, client);

test('a rule sets, replaces or removes a header', () => {
  const headers = ['accept', '*/*', 'X-Title', 'a', 'x-title', 'b'];
  expect(apply(['X-Title: mine', 'X-New:1:2'], headers)).toEqual([
    ...['accept', '*/*', 'x-title', 'mine', 'x-new', '1:2'],
  ]);
  expect(apply(['-X-Title'], headers)).toEqual(['accept', '*/*']);
  expect(apply([], headers)).toBe(headers);
});

test('a client’s header is copied; without it the rule changes nothing', () => {
  const rules = [`X-User: u-\${client:X-User-Id}`];
  expect(apply(rules, ['x-user', 'old'], ['x-user-id', '7'])).toEqual(['x-user', 'u-7']);
  expect(apply(rules, ['x-user', 'old'], ['a', 'x-user-id'])).toEqual(['x-user', 'old']);
});

test.each([
  ['Host: a', /belongs to each connection/],
  ['-Content-Length', /belongs to each connection/],
  ['Transfer-Encoding: chunked', /belongs to each connection/],
  ['via: 1.1 x', /belongs to each connection/],
  ['Authorization: Bearer x', /credential authorization/],
  ['-X-Api-Key', /credential x-api-key/],
  [`X-Copy: \${client:Authorization}`, /credential authorization/],
  [`X-Copy: \${client:cookie}`, /credential cookie/],
  ['X-Empty:', /value after the colon/],
  ['X-Ä: 1', /letters, digits and dashes/],
  ['X-A: ä', /printable ASCII/],
  ['X-A: a\nX-B: b', /Name: value/],
  ['nothing', /Name: value/],
])('%j is refused', (text, fault) => {
  expect(faultOfHeaderRule(text)).toMatch(fault);
});
