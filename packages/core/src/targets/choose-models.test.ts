import { expect, test } from 'vitest';
import { chooseModels } from './choose-models.ts';

const given = {
  selected_models: ['b'],
  models: ['typed', 'a'],
  models_mode: 'both' as const,
  max_models: 0,
  exclude: [],
  model_aliases: [],
};

test.each([
  ['both', ['typed', 'a', 'b']],
  ['listed', ['b']],
  ['manual', ['typed', 'a']],
] as const)('with %s models a run deals with %j', (models_mode, models) => {
  expect(chooseModels(['a', 'b', 'c'], { ...given, models_mode })).toEqual(models);
});

test('without a selection all count, up to the maximum', () => {
  const all = { ...given, selected_models: [] };
  expect(chooseModels(['a', 'b', 'c'], all)).toEqual(['typed', 'a', 'b', 'c']);
  expect(chooseModels(['a', 'b', 'c'], { ...all, max_models: 3 })).toEqual(['typed', 'a', 'b']);
});

test('excluded models are left out, typed by hand or not', () => {
  const exclude = ['a', '*-preview'];
  const target = { ...given, selected_models: [], exclude };
  expect(chooseModels(['a', 'b-preview', 'c', 'models/a'], target)).toEqual(['typed', 'c']);
});

test('an alias stands for a model of the channel, which is asked once', () => {
  const target = { ...given, models: ['gpt-4', 'mini'], selected_models: [] };
  const model_aliases = ['gpt-4 = gpt-4o', 'best = gpt-4o', 'hidden = unlisted', 'g = gemini'];
  const listed = ['gpt-4', 'gpt-4o', 'models/gemini', 'c'];
  expect(chooseModels(listed, { ...target, model_aliases })).toEqual([
    ...['gpt-4o', 'mini', 'unlisted', 'models/gemini', 'c'],
  ]);
  const selected = { ...given, models: [], model_aliases: ['x = a'] };
  expect(chooseModels(['a', 'b'], selected)).toEqual(['a', 'b']);
});
