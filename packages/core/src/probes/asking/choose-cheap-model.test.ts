import { expect, test } from 'vitest';
import { chooseCheapModel } from './choose-cheap-model.ts';

test.each([
  [['claude-opus-4-5', 'claude-haiku-4-5', 'gpt-5'], 'claude-haiku-4-5'],
  [['gpt-5.1', 'o4-mini', 'gpt-4o-mini-2024-07-18'], 'gpt-4o-mini-2024-07-18'],
  [['google/gemini-2.5-pro', 'google/gemini-2.5-flash'], 'google/gemini-2.5-flash'],
  [['text-embedding-3-small', 'gpt-image-1-mini', 'deepseek-chat'], 'deepseek-chat'],
  [['claude-opus-4-5', 'claude-sonnet-4-5-thinking'], 'claude-opus-4-5'],
  [['text-embedding-3-small', 'dall-e-3'], 'text-embedding-3-small'],
  [['dall-e-3'], null],
  [[], null],
])('of %j, %s is asked', (models, chosen) => {
  expect(chooseCheapModel(models, [])).toBe(chosen);
});

test('a model that probes leave out is not chosen', () => {
  expect(chooseCheapModel(['gpt-4o-mini', 'gpt-4o'], ['*-mini'])).toBe('gpt-4o');
});
