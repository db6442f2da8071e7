import { expect, it } from 'vitest';
import { createRowMaker } from './rows.ts';

const items = Array.from({ length: 5 }, (_, index) => ({ id: index + 1, name: 'old' }));
const renamed = (name: string) => items.map((it) => ({ ...it, name }));

function setUp(perFrame: number) {
  const makeRows = createRowMaker<(typeof items)[number], { id: number; name: string }>({
    keyOf: ({ id }) => id,
    versionOf: ({ name }) => [name],
    template: (item) => ({ ...item }),
    perFrame,
  });
  const draw = (list: typeof items) => makeRows(list).rows.map(({ content }) => content);
  const drawAll = () => {
    for (let frame = 0; frame < 3; frame += 1) draw(items);
  };
  return { makeRows, draw, drawAll };
}

it('renders a long list over several frames, from the top', () => {
  const { makeRows } = setUp(2);
  const frames = [1, 2, 3].map(() => makeRows(items));
  expect(frames.map(({ rows, isDone }) => [rows.map(({ key }) => key), isDone])).toEqual([
    [[1, 2], false],
    [[1, 2, 3, 4], false],
    [[1, 2, 3, 4, 5], true],
  ]);
});

it('renders a row again only if its content has changed', () => {
  const { draw } = setUp(24);
  const [before] = draw(items);
  expect(draw(renamed('old'))[0]).toBe(before);
  expect(draw(renamed('new'))[0]).toEqual({ id: 1, name: 'new' });
});

it('counts only changed rows towards the limit of a frame', () => {
  const { draw, drawAll, makeRows } = setUp(2);
  drawAll();
  const changed = [...items.slice(0, 2), ...renamed('new').slice(2)];
  expect(draw(changed).map((it) => it.name)).toEqual(['old', 'old', 'new', 'new', 'old']);
  expect(makeRows(changed).isDone).toBe(true);
});

it('renders every row in turn if all of them keep changing', () => {
  const { draw, drawAll } = setUp(2);
  drawAll();
  const seen = new Set<number>();
  for (const name of ['frame 1', 'frame 2', 'frame 3']) {
    for (const row of draw(renamed(name))) if (row.name === name) seen.add(row.id);
  }
  expect([...seen].sort()).toEqual([1, 2, 3, 4, 5]);
});

it('drops rows that left the list, and treats them as new if they come back', () => {
  const { draw, drawAll } = setUp(2);
  drawAll();
  expect(draw(items.slice(0, 1)).map(({ id }) => id)).toEqual([1]);
  expect(draw(items).map(({ id }) => id)).toEqual([1, 2, 3]);
});

it('leaves rows out of sight as they were until they come near', () => {
  let near = [1, 2];
  const makeRows = createRowMaker<(typeof items)[number], string>({
    keyOf: ({ id }) => id,
    versionOf: ({ name }) => [name],
    template: ({ name }) => name,
    isNear: ({ id }) => near.includes(id),
    perFrame: 24,
  });
  const draw = (list: typeof items) => makeRows(list).rows.map(({ content }) => content);
  expect(draw(items)).toEqual(['old', 'old', 'old', 'old', 'old']);
  expect(makeRows(renamed('new'))).toMatchObject({ isDone: true });
  near = [2, 3];
  expect(draw(renamed('newer'))).toEqual(['new', 'newer', 'newer', 'old', 'old']);
});
