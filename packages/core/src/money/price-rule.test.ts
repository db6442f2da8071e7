import { expect, test } from 'vitest';
import { faultOfPriceRule, formatPriceRule, parsePriceRule } from './price-rule.ts';

test.each([
  ['gpt-4o = input 2.5, output 10', 'gpt-4o = input 2.5, output 10'],
  [
    'claude-*  =  output 15,input 3 , cached_input 0.3',
    'claude-* = input 3, output 15, cached_input 0.3',
  ],
  ['dall-e-3 = request 0.04', 'dall-e-3 = request 0.04'],
  ['a = b = input 0, output 0.0000001', 'a = b = input 0, output 0.0000001'],
])('%s is kept as %s', (line, kept) => {
  expect(faultOfPriceRule(line)).toBeNull();
  expect(formatPriceRule(parsePriceRule(line))).toBe(kept);
  expect(formatPriceRule(parsePriceRule(kept))).toBe(kept);
});

test.each([
  ['gpt-4o', /with blanks around/],
  ['gpt-4o=input 1, output 2', /with blanks around/],
  ['gpt-4o = ,', /prices like/],
  ['gpt-4o = input 1, tokens 2', /prices like/],
  ['gpt-4o = input -1, output 2', /prices like/],
  ['gpt-4o = input 1e3, output 2', /prices like/],
  ['gpt-4o = input 1, output 2000000', /up to 1000000/],
  ['gpt-4o = input 1, output 2, input 3', /one price of input/],
  ['gpt-4o = input 1', /input and one of output/],
])('%s is refused', (line, message) => {
  expect(faultOfPriceRule(line)).toMatch(message);
});
