import { expect, test } from 'vitest';
import { chooseModels } from './choose-models.ts';

const listed = ['a', 'b', 'c', 'd'];

test('an empty selection means all, a selection keeps the order of the list', () => {
  expect(chooseModels(listed, { selected_models: [], max_models: 0 })).toEqual(listed);
  expect(chooseModels(listed, { selected_models: ['d', 'b', 'gone'], max_models: 0 })).toEqual([
    'b',
    'd',
  ]);
});

test('the list is cut after it was filtered', () => {
  expect(chooseModels(listed, { selected_models: ['d', 'b', 'c'], max_models: 2 })).toEqual([
    'b',
    'c',
  ]);
});
