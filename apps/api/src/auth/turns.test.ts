import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type Asker, createTurns, type TurnLimits } from './turns.ts';

const a: Asker = { key: 'a', network: 'a', isKnown: false };

test('work that is requested at once runs one after the other, even if some of it fails', async () => {
  const turns = createTurns({ places: 10, placesOfKey: 10 });
  let [running, most] = [0, 0];
  const work = async (name: string) => {
    running += 1;
    most = Math.max(most, running);
    await nextTurn();
    running -= 1;
    if (name === 'b') throw new Error('b failed');
    return name;
  };
  const done = await Promise.allSettled(
    ['a', 'b', 'c'].map((name) => turns.take(a, () => work(name))),
  );
  expect(done.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(most).toBe(1);
});

test('one more than may wait is refused, and may try again later', async () => {
  const turns = createTurns({ places: 2, placesOfKey: 2 });
  const three = Promise.all([1, 2, 3].map((n) => turns.take(a, () => nextTurn(n))));
  await expect(turns.take(a, () => nextTurn(4))).rejects.toThrow('too many at once');
  expect(await three).toEqual([1, 2, 3]);
  expect(await turns.take(a, () => nextTurn(4))).toBe(4);
});

/** Requests all turns at once; returns those that were served, in their order. */
async function served(limits: TurnLimits, askers: readonly (Asker & { name: string })[]) {
  const turns = createTurns(limits);
  const order: string[] = [];
  const work = async (name: string) => {
    order.push(name);
    await nextTurn();
  };
  await Promise.allSettled(askers.map((asker) => turns.take(asker, () => work(asker.name))));
  return order;
}

const asker = (name: string, isKnown = false) => {
  const key = name[0] ?? '';
  return { name, key, network: key, isKnown };
};

test('the keys take turns, and the known go first', async () => {
  const askers = ['a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map((name) => asker(name));
  const order = await served({ places: 10, placesOfKey: 4 }, [...askers, asker('k1', true)]);
  expect(order).toEqual(['a1', 'k1', 'a2', 'b1', 'c1', 'a3', 'b2']);
});

test('the longest queue gives up a place to a shorter one, and any queue to known callers', async () => {
  const askers = ['x1', 'a1', 'a2', 'b1', 'b2', 'c1', 'd1', 'e1'].map((name) => asker(name));
  const order = await served({ places: 4, placesOfKey: 2 }, [...askers, asker('k1', true)]);
  expect(order).toEqual(['x1', 'k1', 'a1', 'b1', 'c1']);
});

test('the network with the most places gives one up, even if each of its keys has just one', async () => {
  const flood = ['p1', 'q1', 'r1', 's1', 't1', 'u1'].map((name) => asker(name));
  const askers = flood.map((one) => ({ ...one, network: 'flood' }));
  const others = ['a1', 'b1', 'c1', 'd1', 'b2'].map((name) => asker(name));
  const order = await served({ places: 4, placesOfKey: 2 }, [...askers, ...others]);
  expect(order).toEqual(['p1', 'q1', 'a1', 'b1', 'c1']);
});

test('the limit per key applies to known and unknown callers, even if there is room', async () => {
  const names = ['a1', 'a2', 'a3', 'a4'];
  for (const isKnown of [false, true]) {
    const askers = names.map((name) => asker(name, isKnown));
    expect(await served({ places: 10, placesOfKey: 2 }, askers)).toEqual(['a1', 'a2', 'a3']);
  }
});

test('work that throws synchronously ends its turn too', async () => {
  const turns = createTurns({ places: 2, placesOfKey: 2 });
  const thrown = turns.take(a, () => {
    throw new Error('at once');
  });
  await expect(thrown).rejects.toThrow('at once');
  expect(await turns.take(a, () => nextTurn(1))).toBe(1);
});
