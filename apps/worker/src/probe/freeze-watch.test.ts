import { expect, test } from 'vitest';
import { createFreezeWatch } from './freeze-watch.ts';

function watchAt(start: number) {
  const clock = { now: start };
  return { clock, watch: createFreezeWatch(() => clock.now) };
}

test('a gap between two looks is a freeze, even if nobody has looked since', () => {
  const { clock, watch } = watchAt(1000);
  clock.now = 1080;
  expect(watch.hasFrozenSince(1000)).toBe(true);
  expect(watch.hasFrozenSince(1080)).toBe(false);
});

test('looks that are a little late are none', () => {
  const { clock, watch } = watchAt(1000);
  for (const late of [1, 2.5, 4, 8]) {
    clock.now = 1000 + late;
    watch.look();
  }
  expect(watch.hasFrozenSince(1000)).toBe(false);
});

test('a clock that is set back freezes nothing', () => {
  const { clock, watch } = watchAt(1000);
  clock.now = 400;
  watch.look();
  clock.now = 401;
  expect(watch.hasFrozenSince(300)).toBe(false);
});
