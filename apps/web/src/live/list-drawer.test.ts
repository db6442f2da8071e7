import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { createListDrawer } from './list-drawer.ts';

interface Item {
  id: number;
  name: string;
}

const en = translatorFor('en');
const items = Array.from({ length: 5 }, (_, index) => ({ id: index + 1, name: 'old' }));
const renamed = (name: string) => items.map((it) => ({ ...it, name }));
const idsOf = (lines: Item[]) => lines.map((it) => it.id);

function setUp(given: { budget?: number; isNear?: (item: Item) => boolean } = {}) {
  const frames: (() => void)[] = [];
  const { draw } = createListDrawer<Item, Item>({
    keyOf: ({ id }) => id,
    lineOf: ({ id, name }, { language }) => ({ id, name, ...(language === 'zh' && { zh: true }) }),
    nextFrame: (callback) => frames.push(callback),
    budget: 24,
    ...given,
  });
  let agains = 0;
  const again = () => {
    agains += 1;
  };
  const drawOn = (list: readonly Item[], translator = en) => draw(list, translator, again);
  /** Whether the drawing goes on in another frame. */
  const isGoingOn = () => {
    const before = agains;
    for (const frame of frames.splice(0)) frame();
    return agains > before;
  };
  return { drawOn, isGoingOn };
}

it('makes a long list over several frames, from the top', () => {
  const { drawOn, isGoingOn } = setUp({ budget: 2 });
  const frames = [1, 2, 3].map(() => ({ ids: idsOf(drawOn(items)), isGoingOn: isGoingOn() }));
  expect(frames).toEqual([
    { ids: [1, 2], isGoingOn: true },
    { ids: [1, 2, 3, 4], isGoingOn: true },
    { ids: [1, 2, 3, 4, 5], isGoingOn: false },
  ]);
});

it('keeps the line of what is unchanged, or says the same', () => {
  const { drawOn } = setUp();
  const [before] = drawOn(items);
  expect(drawOn(items)[0]).toBe(before);
  expect(drawOn(renamed('old'))[0]).toBe(before);
  expect(drawOn(renamed('new'))[0]).not.toBe(before);
  expect(drawOn(items, translatorFor('zh'))[0]).not.toBe(before);
});

it('counts only what changes towards a frame', () => {
  const { drawOn, isGoingOn } = setUp({ budget: 2 });
  for (let frame = 0; frame < 3; frame += 1) drawOn(items);
  const [, , ...rest] = renamed('new');
  expect(drawOn([...renamed('old').slice(0, 2), ...rest]).map((it) => it.name)).toEqual([
    'old',
    'old',
    'new',
    'new',
    'old',
  ]);
  expect(isGoingOn()).toBe(true);
});

it('gives every line its turn while all of them change all the time', () => {
  const { drawOn } = setUp({ budget: 2 });
  for (let frame = 0; frame < 3; frame += 1) drawOn(items);
  const seen = new Set<number>();
  for (let frame = 0; frame < 3; frame += 1) {
    for (const line of drawOn(renamed(`in frame ${frame}`)))
      if (line.name.includes('frame')) seen.add(line.id);
  }
  expect([...seen].sort()).toEqual([1, 2, 3, 4, 5]);
});

it('leaves out what the list no longer holds; what comes back has its turn like any other', () => {
  const { drawOn } = setUp({ budget: 2 });
  for (let frame = 0; frame < 3; frame += 1) drawOn(items);
  expect(idsOf(drawOn(items.slice(0, 1)))).toEqual([1]);
  expect(idsOf(drawOn(items))).toEqual([1, 2, 3]);
});

it('draws what is on the screen at once, and the rest little by little', () => {
  const { drawOn, isGoingOn } = setUp({ isNear: ({ id }) => id > 3 });
  expect(idsOf(drawOn(items))).toEqual([1, 2, 3, 4, 5]);
  const changed = renamed('new');
  const frames = [1, 2].map(() => ({
    areNew: drawOn(changed).map((it) => it.name === 'new'),
    isGoingOn: isGoingOn(),
  }));
  expect(frames).toEqual([
    { areNew: [true, true, false, true, true], isGoingOn: true },
    { areNew: [true, true, true, true, true], isGoingOn: false },
  ]);
});
