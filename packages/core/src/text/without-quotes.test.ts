import { expect, test } from 'vitest';
import { withoutQuotes } from './without-quotes.ts';

test.each([
  ["Invalid value: 'a'. Don't", "Invalid value: …. Don't"],
  ["got 'x' invalid api key ''", 'got …'],
  ['a "b" c', 'a … c'],
  ['an `open one', 'an …'],
  ["input_value=b'secret', input_type=bytes", 'input_value=…, input_type=bytes'],
  ["the users' keys aren't shown", "the users' keys aren't shown"],
])('%s → %s', (text, rest) => {
  expect(withoutQuotes(text)).toBe(rest);
});
