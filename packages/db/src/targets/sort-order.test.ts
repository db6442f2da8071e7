import { expect, test } from 'vitest';
import { targetInput } from '../../test/samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { createTarget, listTargets, reorderTargets } from '../index.ts';

async function fourTargets() {
  const db = await tempDatabase();
  for (const name of ['a', 'b', 'c', 'd']) await createTarget(db, targetInput({ name }), 1);
  const order = async () => (await listTargets(db)).map((target) => target.name).join('');
  return { db, order };
}

test('targets get the given order', async () => {
  const { db, order } = await fourTargets();
  await reorderTargets(db, [4, 2, 3, 1], 9);
  expect(await order()).toBe('dbca');
  expect((await listTargets(db)).map((target) => target.sort_order)).toEqual([1, 2, 3, 4]);
});

test('targets that are left out follow in their old order', async () => {
  const { db, order } = await fourTargets();
  await reorderTargets(db, [3], 9);
  expect(await order()).toBe('cabd');
  await reorderTargets(db, [], 9);
  expect(await order()).toBe('cabd');
});

test('only targets that move count as changed', async () => {
  const { db } = await fourTargets();
  await reorderTargets(db, [2, 1], 9);
  const changedAt = (await listTargets(db)).map((target) => [target.name, target.updated_at]);
  expect(changedAt).toEqual([
    ['b', 9],
    ['a', 9],
    ['c', 1],
    ['d', 1],
  ]);
});

test.each([
  [[2, 99], 'ids: there is no channel 99'],
  [[2, 1, 2], 'ids: channel 2 is given twice'],
])('%j is refused and changes nothing', async (ids, message) => {
  const { db, order } = await fourTargets();
  await expect(reorderTargets(db, ids, 9)).rejects.toMatchObject({
    code: 'invalid_input',
    message,
  });
  expect(await order()).toBe('abcd');
});
