import { expect, test } from 'vitest';
import type { BalancePoint } from './balance.ts';
import { bookDays, type CountedHour, findBookDifference } from './close-books.ts';
import { spendingOf } from './spending.ts';

const hourS = 3600;
const dayS = 24 * hourS;
const start = 1_800_000_000 - (1_800_000_000 % dayS);

/** Numbers from 0 to below 1 that follow from a seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Relay {
  seed: number;
  /** What it charges relative to what our counts say. */
  factor: number;
  /** How far a single request may be charged from that, as a share. */
  noise?: number;
  requests?: number;
  topUpAt?: number;
  bills?: keyof typeof bills;
}

interface Charge {
  at: number;
  amount: number;
}

/** When a relay takes what a request costs. */
const bills = {
  soon: ({ at, amount }: Charge, random: () => number) => [{ at: at + random() * 300, amount }],
  at_midnight: ({ amount }: Charge) => [{ at: start + dayS, amount }],
  // The most that it may cost, of which the rest is given back.
  in_advance: ({ at, amount }: Charge, random: () => number) => [
    { at, amount: 50 * amount },
    { at: at + random() * 600, amount: -49 * amount },
  ],
} as const;

/** A day of requests: what we count by the hour, and what a poll each half hour sees of the balance. */
function dayAt({ seed, factor, noise = 0.3, requests = 600, topUpAt, bills: how = 'soon' }: Relay) {
  const random = randomFrom(seed);
  const hours = new Map<number, CountedHour>();
  const charges: Charge[] = [];
  // Traffic comes in bursts, more of it by day than by night.
  for (let index = 0; index < requests; index += 1) {
    const hourOfDay = Math.floor(24 * (1 - random() ** 0.7));
    const at = start + hourOfDay * hourS + random() * hourS;
    const cost = 0.002 - 0.02 * Math.log(1 - random());
    const hour = Math.floor(at / hourS) * hourS;
    const known = hours.get(hour) ?? { hour, credits: 0, unpriced: 0 };
    hours.set(hour, { ...known, credits: known.credits + cost });
    const amount = cost * factor * (1 + noise * (2 * random() - 1));
    charges.push(...bills[how]({ at, amount }, random));
  }
  const history: BalancePoint[] = [];
  for (let at = start; at <= start + dayS + hourS; at += 1800 * (0.9 + 0.2 * random())) {
    const taken = charges.reduce((sum, one) => sum + (one.at <= at ? one.amount : 0), 0);
    const added = topUpAt !== undefined && at >= start + topUpAt ? 100 : 0;
    const amount = Math.round((50 + added - taken) * 100) / 100;
    history.push({ at, amount, unit: 'USD', used: null, source: 'new_api' });
  }
  const { points: spent } = spendingOf(history, { inDoubt: 'refund' });
  return { spent, hours: [...hours.values()] };
}

const seeds = Array.from({ length: 200 }, (_, seed) => seed + 1);
const differenceAt = (relay: Relay) => {
  const { spent, hours } = dayAt(relay);
  return findBookDifference(spent, hours, start + dayS + 1800);
};

test('a relay that charges 1.4 × is shown after a day of traffic, with the figures', () => {
  const found = seeds.map((seed) => differenceAt({ seed, factor: 1.4 }));
  expect(found.filter((one) => one === null)).toHaveLength(0);
  for (const difference of found) {
    expect(difference?.ratio).toBeGreaterThan(1.3);
    expect(difference?.ratio).toBeLessThan(1.5);
  }
});

test('a relay that charges 0.6 × is shown too', () => {
  const found = seeds.map((seed) => differenceAt({ seed, factor: 0.6 }));
  expect(found.filter((one) => one === null)).toHaveLength(0);
});

test('an honest relay with noise isn’t shown', () => {
  for (const [factor, requests, noise] of [
    ...[
      [1, 600, 0.3],
      [1, 60, 0.3],
      [1, 5000, 0.3],
      [1, 600, 0.9],
    ],
    ...[
      [1.05, 600, 0.3],
      [0.95, 600, 0.3],
      [1.08, 2000, 0.3],
    ],
  ] as const) {
    const found = seeds.filter((seed) => differenceAt({ seed, factor, requests, noise }));
    expect(found, `${factor} × over ${requests} requests`).toEqual([]);
  }
});

test('a relay that settles once a day isn’t shown, before it has and after', () => {
  for (const seed of seeds.slice(0, 50)) {
    const { spent, hours } = dayAt({ seed, factor: 1, bills: 'at_midnight' });
    for (const until of [start + 12 * hourS, start + 20 * hourS, start + dayS + hourS]) {
      const found = findBookDifference(
        spent.filter(({ at }) => at <= until),
        hours.filter(({ hour }) => hour < until),
        until,
      );
      expect(found, `${seed} ${until}`).toBeNull();
    }
  }
});

test('a relay that takes much in advance and gives it back isn’t shown', () => {
  for (const requests of [100, 600, 2000]) {
    const found = seeds.filter((seed) => {
      return differenceAt({ seed, factor: 1, requests, bills: 'in_advance' });
    });
    expect(found, `${requests} requests`).toEqual([]);
  }
});

test('a top-up within the day changes nothing', () => {
  const found = seeds.filter((seed) => differenceAt({ seed, factor: 1, topUpAt: 13 * hourS }));
  expect(found).toEqual([]);
  expect(differenceAt({ seed: 1, factor: 1.4, topUpAt: 13 * hourS })).not.toBeNull();
});

test('hours with requests that have no price are left out', () => {
  const { spent, hours } = dayAt({ seed: 1, factor: 1.4 });
  const unknown = hours.map((one) => ({ ...one, unpriced: 1 }));
  expect(findBookDifference(spent, unknown, start + dayS)).toBeNull();
});

test('a balance that isn’t told for half a day, or traffic of a few cents, shows nothing', () => {
  const { spent, hours } = dayAt({ seed: 1, factor: 1.4 });
  const rare = spent.filter((_, index) => index % 24 === 0);
  expect(findBookDifference(rare, hours, start + dayS)).toBeNull();
  expect(differenceAt({ seed: 1, factor: 1.4, requests: 4 })).toBeNull();
  expect(findBookDifference([], [], start)).toBeNull();
});

test('a day has both sides, in whole hours in which the balance was followed', () => {
  const spent = [0, 1, 2, 3].map((hours) => ({ at: start + 1800 + hours * hourS, spent: hours }));
  const hours = [0, 1, 2, 3].map((index) => ({
    ...{ hour: start + index * hourS, credits: 0.9, unpriced: index },
  }));
  expect(bookDays(spent, hours)).toEqual([
    { from: start + hourS, to: start + 3 * hourS, charged: 2, counted: 1.8, unpriced: 3 },
  ]);
  expect(bookDays([], hours)).toEqual([]);
});
