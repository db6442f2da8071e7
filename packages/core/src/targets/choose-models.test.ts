import { expect, test } from 'vitest';
import { chooseModels } from './choose-models.ts';

const given = {
  selected_models: ['b'],
  models: ['typed', 'a'],
  models_mode: 'both' as const,
  max_models: 0,
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
