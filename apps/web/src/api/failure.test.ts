import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { ApiFailure, failureOf, sentenceOf } from './failure.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');

it("a failure has the API's own sentence and says when to come back", async () => {
  const refused = await failureOf(
    new Response('{"detail":"too many bad tokens"}', {
      status: 429,
      headers: { 'retry-after': '600' },
    }),
  );
  expect(refused).toMatchObject({ status: 429, detail: 'too many bad tokens', retryAfterS: 600 });
  expect(sentenceOf(refused, en)).toBe('too many bad tokens');
  expect(sentenceOf(refused, zh)).toBe('服务器提示：too many bad tokens');
});

it('a failure without a sentence says its status, or that no answer came', async () => {
  const page = await failureOf(new Response('<html>Bad gateway</html>', { status: 502 }));
  expect(sentenceOf(page, en)).toBe('The server answered with status 502.');
  expect(sentenceOf(new ApiFailure(0), en)).toBe('The server can’t be reached.');
});

it("a bug isn't reported as a failure of the API", () => {
  expect(() => sentenceOf(new TypeError('a bug'), en)).toThrow('a bug');
});
