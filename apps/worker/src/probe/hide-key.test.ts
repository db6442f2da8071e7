import { expect, test } from 'vitest';
import { hideKeys } from './hide-key.ts';

test('the key is hidden unchanged, escaped for JSON and escaped for a URL', () => {
  const { inText } = hideKeys({ apiKey: 'sk-"quoted"/key+0123456789' });
  const masked = 'sk-"q…6789';
  expect(inText('a sk-"quoted"/key+0123456789 b')).toBe(`a ${masked} b`);
  expect(inText(JSON.stringify('sk-"quoted"/key+0123456789'))).toBe(`"${masked}"`);
  expect(inText('?key=sk-%22quoted%22%2Fkey%2B0123456789')).toBe(`?key=${masked}`);
});

test('a key of special characters is replaced as text, not as a pattern', () => {
  expect(hideKeys({ apiKey: '$&$1.*-0123456789' }).inText('x$&$1.*-0123456789x')).toBe(
    'x$&$1.…6789x',
  );
});

test('a key too short to recognise in ordinary text is not replaced', () => {
  expect(hideKeys({ apiKey: 'abc' }).inText('the abc of it')).toBe('the abc of it');
});
