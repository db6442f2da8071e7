import { expect, test } from 'vitest';
import { createWorld, type History, outages } from '../../test/incident-histories.ts';
import { quiets } from '../../test/quiet-histories.ts';

test.each<History>([...outages, ...quiets])('$title', ({ world, happens, told }) => {
  expect(happens(createWorld(world)).titles()).toEqual(told);
  // Findings that are given twice, as by a second worker, change nothing.
  expect(happens(createWorld(world, { isRepeated: true })).titles()).toEqual(told);
});
