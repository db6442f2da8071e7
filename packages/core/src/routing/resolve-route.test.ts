import { expect, test } from 'vitest';
import type { Breaker } from './breaker.ts';
import {
  type Offer,
  offerOf,
  type RoutedTarget,
  type Routing,
  resolveRoute,
} from './resolve-route.ts';

const nowS = 100_000;

interface Given extends Partial<Omit<Offer, 'target'>> {
  enabled?: boolean;
  /** Seconds since the last of three failures in a row. */
  failedS?: number;
  isForbidden?: boolean;
}

const target = (id: number, enabled = true): RoutedTarget => ({
  ...{ id, name: `t${id}`, enabled, sort_order: id, interval_min: 30 },
});
const offer = (id: number, { enabled, failedS: _, isForbidden: __, ...fields }: Given = {}) => ({
  ...{ target: target(id, enabled), model: 'm', is_alive: true, proved_at: nowS - 60 },
  ...{ state_since: 0, error: null, first_byte_s: id },
  ...fields,
});

/** Resolves the bare name `m` over offers by their targets' ids. */
function resolve(given: Record<number, Given>, routing: Partial<Routing> = {}) {
  const offers = Object.entries(given).map(([id, fields]) => offer(Number(id), fields));
  const breakerOf = (one: Offer): Breaker | null => {
    const failedS = given[one.target.id]?.failedS;
    if (failedS === undefined) return null;
    return { failures: 3, error: 'HTTP 500', failed_at: nowS - failedS, trial_at: null };
  };
  return resolveRoute({ kind: 'bare', model: 'm' }, offers, {
    policy: 'latency',
    areBareModelsOn: true,
    isAllowed: ({ id }) => !given[id]?.isForbidden,
    breakerOf,
    nowS,
    random: () => 0,
    turn: 0,
    ...routing,
  });
}
const order = (given: Record<number, Given>, routing?: Partial<Routing>) =>
  resolve(given, routing).ranked.map((one) => one.offer.target.id);

test('the fastest target comes first, whatever its place in the list', () => {
  expect(order({ 3: {}, 1: {}, 2: {} })).toEqual([1, 2, 3]);
  expect(order({ 1: { first_byte_s: null }, 2: {} })).toEqual([2, 1]);
});

test('only targets about as fast as the fastest share the traffic', () => {
  const near = { 1: { first_byte_s: 1 }, 2: { first_byte_s: 1.2 }, 3: {} };
  expect(order(near, { random: () => 0.6 })).toEqual([2, 1, 3]);
  expect(order(near, { random: () => 0.99 })).toEqual([2, 1, 3]);
  expect(order(near, { random: () => 0.1 })).toEqual([1, 2, 3]);
  const unmeasured = { 1: { first_byte_s: null }, 2: { first_byte_s: null } };
  expect(order(unmeasured, { random: () => 0.6 })).toEqual([2, 1]);
});

test('priority keeps the order of the list', () => {
  const slowFirst = { 1: { first_byte_s: 9 }, 2: { first_byte_s: 1 } };
  expect(order(slowFirst, { policy: 'priority' })).toEqual([1, 2]);
});

test('round-robin starts with the next target on each turn', () => {
  const firstAt = (turn: number) =>
    order({ 1: {}, 2: {}, 3: {} }, { policy: 'round-robin', turn })[0];
  expect([0, 1, 2, 3].map(firstAt)).toEqual([1, 2, 3, 1]);
});

test('fresh proof ranks before stale proof, stale before none, and a half-open breaker comes last', () => {
  const mixed = {
    1: { failedS: 20 },
    2: { is_alive: null },
    3: { proved_at: nowS - 3601 },
    4: {},
  };
  expect(order(mixed)).toEqual([4, 3, 2, 1]);
});

test('a refused offer has a code instead of a rank', () => {
  const { ranked, fault } = resolve({
    1: { is_alive: false },
    2: { failedS: 10 },
    3: {},
    4: { enabled: false },
    5: { isForbidden: true },
    6: {},
  });
  expect(ranked.map((one) => [one.offer.target.id, one.rank, one.refused, one.breaker])).toEqual([
    [3, 1, null, 'closed'],
    [6, 2, null, 'closed'],
    [1, null, 'probe_failed', 'closed'],
    [2, null, 'breaker_open', 'open'],
    [4, null, 'target_disabled', 'closed'],
    [5, null, 'not_allowed', 'closed'],
  ]);
  expect(fault).toBeNull();
});

test.each<[string, Record<number, Given>]>([
  ['no_such_offer', {}],
  ['no_such_offer', { 1: { enabled: false } }],
  ['not_allowed', { 1: { enabled: false }, 2: { isForbidden: true } }],
  ['probe_failed', { 1: { isForbidden: true }, 2: { is_alive: false } }],
  ['breaker_open', { 1: { is_alive: false }, 2: { failedS: 0 } }],
])('if no offer can be chosen, the fault is that of the closest one: %s', (code, given) => {
  for (const policy of ['latency', 'priority', 'round-robin'] as const) {
    expect(resolve(given, { policy }).fault).toMatchObject({ code });
  }
});

test('if several models fail their probes, the fault names the one probed last', () => {
  const { fault } = resolve({
    1: { is_alive: false },
    2: { is_alive: false, proved_at: nowS - 5, error: 'HTTP 500' },
  });
  expect(fault).toMatchObject({ code: 'probe_failed', offer: { error: 'HTTP 500' } });
});

test('bare names are refused if they are switched off, though the offers keep their ranks', () => {
  const { ranked, fault } = resolve({ 1: {} }, { areBareModelsOn: false });
  expect([fault, ranked[0]?.rank]).toEqual([{ code: 'bare_names_off' }, 1]);
});

interface PinnedCase {
  enabled?: boolean;
  isForbidden?: boolean;
  areBareModelsOn?: boolean;
  offers?: Offer[];
}

test.each<[string | null, PinnedCase]>([
  ['not_allowed', { isForbidden: true, enabled: false }],
  ['target_disabled', { enabled: false, offers: [] }],
  ['no_such_offer', { offers: [] }],
  ['probe_failed', { offers: [offer(1, { is_alive: false })] }],
  [null, { areBareModelsOn: false }],
])('the fault of a pinned target is %s', (code, given) => {
  const { enabled = true, isForbidden = false, areBareModelsOn = true } = given;
  const pinned = { kind: 'pinned', target: target(1, enabled), model: 'm' } as const;
  const { fault } = resolveRoute(pinned, given.offers ?? [offer(1, { enabled })], {
    ...{ policy: 'latency', areBareModelsOn, isAllowed: () => !isForbidden },
    ...{ breakerOf: () => null, nowS, random: () => 0, turn: 0 },
  });
  expect(fault?.code ?? null).toBe(code);
});

test('an offer uses the first byte of live traffic, or else the first token of the probe', () => {
  const probed = { model: 'm', success: false, error_kind: 'skipped', timestamp: 5 } as const;
  const state = {
    ...{ ...probed, state_since: 3, error: 'an image model' },
    ...{ first_token_s: 0.5, live_first_byte_s: null },
  };
  expect(offerOf(target(1), state)).toEqual({
    ...{ target: target(1), model: 'm', is_alive: null, proved_at: 5, state_since: 3 },
    ...{ error: 'an image model', first_byte_s: 0.5 },
  });
  expect(offerOf(target(1), { ...state, live_first_byte_s: 0.2 }).first_byte_s).toBe(0.2);
});
