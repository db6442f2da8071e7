import { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Strangers, type Visit } from './strangers.ts';

/** A source of numbers that are the same at every run. */
function numbersFrom(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

test('limits hold through any sequence of events, and a known caller is never closed', () => {
  const limits = { total: 12, perAddress: 5 };
  const addresses = ['a', 'b', 'c', 'd', null];
  const next = numbersFrom(7);
  let nowMs = 0;
  const strangers = new Strangers(limits, () => nowMs);
  const visits: Visit[] = [];
  /** Those too that are closed, or no longer looked at. */
  const all: Visit[] = [];
  const any = () => visits[next(visits.length)];
  const address = () => addresses[next(addresses.length)] ?? null;
  for (let step = 0; step < 20_000; step += 1) {
    nowMs += next(2);
    const visit = any();
    const wasKnown = visits.filter(({ known, socket }) => known > 0 && !socket.destroyed);
    const action = next(6);
    if (!visit || action === 0) {
      const added = strangers.add(new Socket(), address());
      visits.push(added);
      all.push(added);
    } else if (action === 1) strangers.move(visit, address());
    else if (action === 2) strangers.addKnown(visit);
    else if (action === 3 && visit.known > 0) strangers.removeKnown(visit);
    else if (action === 4) strangers.touch(visit);
    else if (action === 5 && next(3) === 0) {
      // What is under way on a closed connection still ends: it stays in the list for a while.
      visit.socket.destroy();
      strangers.remove(visit);
    }
    for (const one of wasKnown) {
      if (one !== visit) expect(one.socket.destroyed).toBe(false);
    }
    const open = visits.filter(({ known, socket }) => known === 0 && !socket.destroyed);
    expect(open.length).toBeLessThanOrEqual(limits.total);
    for (const name of addresses.slice(0, 4)) {
      const ofOne = open.filter(({ group }) => group.address === name);
      expect(ofOne.length).toBeLessThanOrEqual(limits.perAddress);
    }
    if (visits.length > 60) visits.splice(0, 30);
  }
  // The count is right at the end: all places are there again.
  for (const visit of all) strangers.remove(visit);
  const last = Array.from({ length: limits.total }, () => strangers.add(new Socket(), null));
  expect(last.every(({ socket }) => !socket.destroyed)).toBe(true);
  const one = strangers.add(new Socket(), null);
  expect([...last, one].filter(({ socket }) => socket.destroyed)).toHaveLength(1);
});

test('closing a thousand connections leaves the limit as it was', () => {
  const strangers = new Strangers({ total: 3, perAddress: 3 }, () => 0);
  const all = Array.from({ length: 1_000 }, () => strangers.add(new Socket(), 'a'));
  expect(all.filter(({ socket }) => !socket.destroyed)).toHaveLength(3);
});
