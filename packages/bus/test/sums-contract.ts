import { expect, test } from 'vitest';
import type { SharedSums } from '../src/index.ts';

/** What every driver's shared sums must do. `make` returns new, empty ones. */
export function describeSumsContract(make: () => SharedSums): void {
  const lifeS = 60;

  test('additions add up for each key, and results come in the order of the additions', async () => {
    const sums = make();
    expect(await sums.add([{ key: 'a', by: 2, lifeS }])).toEqual([2]);
    const both = [
      { key: 'b', by: 5, lifeS },
      { key: 'a', by: 3, lifeS },
    ];
    expect(await sums.add(both)).toEqual([5, 5]);
    expect(await sums.add([])).toEqual([]);
  });

  test('adding 0 changes nothing', async () => {
    const sums = make();
    expect(await sums.add([{ key: 'a', by: 0, lifeS }])).toEqual([0]);
    await sums.add([{ key: 'a', by: 1, lifeS }]);
    expect(await sums.add([{ key: 'a', by: 0, lifeS }])).toEqual([1]);
  });

  test('an addition can be taken back, down to 0, and added again', async () => {
    const sums = make();
    const add = async (by: number) => (await sums.add([{ key: 'a', by, lifeS }]))[0];
    expect([await add(5), await add(-3), await add(-2), await add(4)]).toEqual([5, 2, 0, 4]);
  });

  test('a sum that is lower than it must be is raised first, and only once', async () => {
    const sums = make();
    const add = async (by: number, atLeast: number) =>
      (await sums.add([{ key: 'a', by, lifeS, atLeast }]))[0];
    expect([await add(2, 10), await add(3, 10), await add(0, 12)]).toEqual([12, 15, 15]);
    expect([await add(0, 20), await add(-20, 0), await add(0, 7)]).toEqual([20, 0, 7]);
    const most = Number.MAX_SAFE_INTEGER - 1;
    expect([await add(1, most), await add(0, 0)]).toEqual([most + 1, most + 1]);
  });

  test('a sum expires after its life, however often it was added to', async () => {
    const sums = make();
    const add = () => sums.add([{ key: 'a', by: 1, lifeS: 1 }]);
    await add();
    await expect.poll(async () => (await add())[0], { interval: 100 }).toBe(1);
  });
}
