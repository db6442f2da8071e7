import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { ApiFailure, failureOf, sentenceOf } from './failure.ts';
import { createTokenStore } from './token-store.ts';

const en = translatorFor('en');
const zh = translatorFor('zh');

function keep() {
  const values = new Map<string, string>();
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
  };
}

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

it("a bug isn't taken for a failure of the API", () => {
  expect(() => sentenceOf(new TypeError('a bug'), en)).toThrow('a bug');
});

it('a token is kept on the device or for the tab, never in both', () => {
  const [device, tab] = [keep(), keep()];
  const tokens = createTokenStore(device, tab);
  tokens.write('first', true);
  tokens.write('second', false);
  expect(device.getItem('api_monitor_token')).toBeNull();
  expect(tokens.read()).toBe('second');
  tokens.forget();
  expect(tokens.read()).toBeNull();
});
