import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { keepLines } from './keep-lines.ts';

it('keeps a line until its item, its place or the language is another', () => {
  const [en, zh] = [translatorFor('en'), translatorFor('zh')];
  const lineOf = keepLines((item: { name: string }, index, { language }) => ({
    text: `${index} ${item.name} ${language}`,
  }));
  const item = { name: 'a' };
  const line = lineOf(item, 0, en);
  expect(lineOf(item, 0, en)).toBe(line);
  expect(lineOf({ ...item }, 0, en)).not.toBe(line);
  expect([lineOf(item, 1, en), lineOf(item, 1, zh)]).toEqual([
    { text: '1 a en' },
    { text: '1 a zh' },
  ]);
});
