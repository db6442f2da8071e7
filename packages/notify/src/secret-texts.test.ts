import { expect, test } from 'vitest';
import { maskSecrets, secretTextsOf } from './secret-texts.ts';

test.each([
  [
    'https://hooks.slack.com/services/T00000000/B00000000/aBcDeFgHiJkLmN',
    'POST /services/T00000000/… to hooks.slack.com: aBcDeFgHiJkLmN',
    'POST /services/…/… to hooks.slack.com: …',
  ],
  [
    'https://oapi.dingtalk.com/robot/send?access_token=6f5902ac237024bdd0c176cb93063dc4',
    'token 6f5902ac237024bdd0c176cb93063dc4 is not exist',
    'token 6f590…3dc4 is not exist',
  ],
  [['X-Key: c4ca4238a0b923820dcc'], 'no key c4ca4238a0b923820dcc', 'no key c4ca4…0dcc'],
  [['tgram://123456789abc/chat'], 'bot 123456789abc: gone', 'bot …: gone'],
  ['a+b/c=d&e8f1', 'a%2Bb%2Fc%3Dd%26e8f1 or a+b\\/c=d&e8f1', '… or …'],
  ['short', 'a short text', 'a short text'],
])('%j is masked', (secret, text, masked) => {
  expect(maskSecrets(text, secretTextsOf(secret))).toBe(masked);
});
