import { expect, test } from 'vitest';
import { isWorthLeaving, orderByPolicy, policyInForce, sharesOf } from './order-by-policy.ts';
import { type RoutingPolicy, routingPolicies } from './routing-policy.ts';

interface Rival {
  weight?: number;
  first_token_s?: number | null;
  cost?: number | null;
}

const rivalsOf = (given: readonly Rival[]) =>
  given.map(({ weight = 1, first_token_s = null, cost = null }, at) => ({
    offer: { target: { id: at + 1, sort_order: at + 1, weight } },
    standing: { first_token_s },
    cost,
  }));
type Rivals = ReturnType<typeof rivalsOf>;
const idsOf = (rivals: Rivals) => rivals.map(({ offer }) => offer.target.id);

/** The same numbers each time (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const bounds = { spread: 1.25, price_tolerance: 1.1 };

/** Which share of many requests goes first to each of the rivals. */
function measuredShares(rivals: Rivals, policy: RoutingPolicy, requests: number, seed: number) {
  const random = randomFrom(seed);
  const firsts = new Map<number, number>();
  for (let turn = 0; turn < requests; turn += 1) {
    const [first = 0] = idsOf(orderByPolicy(rivals, { policy, ...bounds, random, turn }));
    firsts.set(first, (firsts.get(first) ?? 0) + 1);
  }
  return rivals.map(({ offer }) => (firsts.get(offer.target.id) ?? 0) / requests);
}

/** Sets of channels of many sizes, weights and speeds. */
const crowds = Array.from({ length: 40 }, (_, seed) => {
  const random = randomFrom(seed);
  return rivalsOf(
    Array.from({ length: 1 + Math.floor(random() * 8) }, () => ({
      weight: Math.ceil(random() ** 3 * 10_000),
      first_token_s: random() < 0.2 ? null : 0.1 + random(),
      cost: random() < 0.2 ? null : Math.ceil(random() * 4),
    })),
  );
});

test.each(routingPolicies)('%s: every order has each channel once', (policy) => {
  for (const [seed, rivals] of crowds.entries()) {
    const random = randomFrom(seed);
    for (let turn = 0; turn < 20; turn += 1) {
      const order = orderByPolicy(rivals, { policy, ...bounds, random, turn });
      expect(idsOf(order).sort((a, b) => a - b)).toEqual(idsOf(rivals));
    }
  }
});

test.each(routingPolicies)('%s: the shares that are told are those that are measured', (policy) => {
  const requests = 4_000;
  for (const [seed, rivals] of crowds.entries()) {
    const measured = measuredShares(rivals, policy, requests, seed);
    const ranked = orderByPolicy(rivals, { policy, ...bounds, random: () => 0, turn: 0 });
    const told = sharesOf(ranked, { policy, ...bounds });
    expect(told.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1);
    for (const [at, rival] of rivals.entries()) {
      const share = told.find(({ one }) => one === rival)?.share ?? 0;
      // Four standard deviations of a binomial distribution, and a turn that isn't complete.
      const tolerance = 4 * Math.sqrt((share * (1 - share)) / requests) + 1 / requests;
      expect(Math.abs((measured[at] ?? 0) - share), `${policy}, crowd ${seed}`).toBeLessThanOrEqual(
        policy === 'round-robin' ? 8 / requests : tolerance,
      );
    }
  }
});

test('weights of 6, 3 and 1 get six, three and one of ten points, whatever their places', () => {
  const first = (weights: number[], point: number) => {
    const rivals = rivalsOf(weights.map((weight) => ({ weight })));
    const chance = { ...bounds, random: () => point, turn: 0 };
    const [one] = orderByPolicy(rivals, { policy: 'weighted', ...chance });
    return one?.offer.target.weight;
  };
  for (const weights of [
    [6, 3, 1],
    [1, 6, 3],
    [3, 1, 6],
  ]) {
    const points = Array.from({ length: 10 }, (_, at) => first(weights, at / 10 + 0.05));
    expect(points).toEqual([6, 6, 6, 6, 6, 6, 3, 3, 3, 1]);
  }
});

test('if a channel can’t be reached, its share goes to the others by weight', () => {
  const rivals = rivalsOf([{ weight: 100 }, { weight: 30 }, { weight: 10 }]);
  const random = randomFrom(1);
  const seconds = new Map<number, number>();
  for (let turn = 0; turn < 8_000; turn += 1) {
    const [first, second = 0] = idsOf(
      orderByPolicy(rivals, { policy: 'weighted', ...bounds, random, turn }),
    );
    if (first === 1) seconds.set(second, (seconds.get(second) ?? 0) + 1);
  }
  expect((seconds.get(2) ?? 0) / (seconds.get(3) ?? 1)).toBeCloseTo(3, 0);
});

test('without chance the heaviest comes first, so that an explanation is the same each time', () => {
  const rivals = rivalsOf([{ weight: 1 }, { weight: 9 }, { weight: 3 }]);
  const chance = { ...bounds, random: () => 0, turn: 0 };
  expect(idsOf(orderByPolicy(rivals, { policy: 'weighted', ...chance }))).toEqual([2, 3, 1]);
});

test.each<[string, Rival[], number[]]>([
  ['the cheapest first', [{ cost: 3 }, { cost: 1 }, { cost: 2 }], [2, 3, 1]],
  ['an unknown price last', [{ cost: null, first_token_s: 0.1 }, { cost: 9 }], [2, 1]],
  [
    'within the tolerance the fastest',
    [{ cost: 1, first_token_s: 2 }, { cost: 1.1, first_token_s: 1 }, { cost: 1.2 }],
    [2, 1, 3],
  ],
  [
    'beyond it by price',
    [
      { cost: 1, first_token_s: 2 },
      { cost: 1.2, first_token_s: 1 },
    ],
    [1, 2],
  ],
  ['only what is free beside what is free', [{ cost: 0.01 }, { cost: 0 }, { cost: 0 }], [2, 3, 1]],
  [
    'by speed if no price is known',
    [{ first_token_s: 2 }, { first_token_s: 1 }, { first_token_s: 9 }],
    [2, 1, 3],
  ],
])('by price, %s', (_title, given, expected) => {
  const chance = { ...bounds, random: () => 0, turn: 0 };
  expect(idsOf(orderByPolicy(rivalsOf(given), { policy: 'price', ...chance }))).toEqual(expected);
});

test.each([
  ['price', 10, 8, true],
  ['price', 10, 9.5, false],
  ['price', null, 8, true],
  ['price', 10, null, false],
  ['latency', 10, 1, false],
] as const)(
  'by %s, a conversation that costs %s leaves for %s: %s',
  (policy, last, first, leaves) => {
    expect(isWorthLeaving({ cost: last }, { cost: first }, { policy, ...bounds })).toBe(leaves);
  },
);

test('a key’s own policy goes before that of the settings', () => {
  const settings = { routing_policy: 'latency', spread: 2, price_tolerance: 1.5 } as const;
  const inForce = { policy: 'latency', spread: 2, price_tolerance: 1.5 };
  expect(policyInForce(settings, null)).toEqual(inForce);
  expect(policyInForce(settings, { routing_policy: null })).toEqual(inForce);
  expect(policyInForce(settings, { routing_policy: 'price' })).toEqual({
    ...inForce,
    policy: 'price',
  });
});
