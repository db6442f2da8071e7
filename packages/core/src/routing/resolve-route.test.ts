import { expect, test } from 'vitest';
import { sampleOf } from '../../test/sample-of.ts';
import { channelFaultShape } from '../evidence/channel-fault-shape.ts';
import type { Evidence } from '../evidence/evidence.ts';
import { evidenceShape } from '../evidence/evidence-shape.ts';
import { noDemands } from './expected-cost.ts';
import {
  type Offer,
  type RoutedTarget,
  type Routing,
  resolveRoute,
  sharersOf,
} from './resolve-route.ts';

const nowS = 100_000;

interface Given extends Partial<Evidence> {
  enabled?: boolean;
  isRouteOff?: boolean;
  priority?: number;
  weight?: number;
  isForbidden?: boolean;
  /** The model's only evidence is on another route. */
  isElsewhere?: boolean;
  isFaulty?: boolean;
  isBusy?: boolean;
  plan?: Offer['plan'];
  price?: Offer['price'];
}

const target = (id: number, given: Partial<RoutedTarget> = {}): RoutedTarget => ({
  ...{ id, name: `t${id}`, enabled: true, sort_order: id, interval_min: 30 },
  ...{ weight: 1, priority: 0, paths: [] },
  ...given,
});
const fault = { ...sampleOf(channelFaultShape), rest_until: nowS + 30 };
const busy = { ...fault, kind: 'rate_limit' } as const;
/** Fails since its last request, a while ago. */
const failing = { failures: 1, failing_since: nowS - 20, error: 'HTTP 500' };
const half = { ...failing, rest_until: nowS - 10 };
const resting = { ...failing, rest_until: nowS + 3 };
const failed = { state: 'failed', ...failing, failures: 6, rest_until: nowS + 30 } as const;

function offer(id: number, given: Given = {}) {
  const { isForbidden: _, enabled = true, priority = 0, weight = 1, ...known } = given;
  const {
    isRouteOff,
    isElsewhere,
    isFaulty,
    isBusy,
    plan = 'probed',
    price = null,
    ...fields
  } = known;
  const paths = isRouteOff ? ['responses = /r', 'chat = none'] : ['chat = /c', 'responses = none'];
  const proven: Evidence = {
    ...sampleOf(evidenceShape),
    ...{ route: isElsewhere ? 'responses' : 'chat', state: 'proven' },
    ...{ proved_at: nowS - 60, found_at: nowS - 60, first_token_s: id },
    ...fields,
  };
  const evidence = plan === 'probed' ? [proven] : [];
  return {
    target: target(id, { enabled, priority, weight, paths }),
    model: 'm',
    plan,
    evidence,
    fault: isFaulty ? fault : isBusy ? busy : null,
    price,
  } satisfies Offer;
}

const bare = { kind: 'bare', model: 'm', named: null } as const;
const routingOf = (routing: Partial<Routing> = {}): Routing => ({
  ...{ route: 'chat', policy: 'latency', spread: 1.25, price_tolerance: 1.05 },
  ...{ expected: null, demands: noDemands },
  ...{ areBareModelsOn: true, isAllowed: () => true, isIdAllowed: () => true },
  ...{ nowS, random: () => 0, turn: 0 },
  ...routing,
});

/** Resolves the bare name `m` on the chat route, over offers by their targets' ids. */
function resolve(given: Record<number, Given>, routing: Partial<Routing> = {}) {
  const offers = Object.entries(given).map(([id, fields]) => offer(Number(id), fields));
  const isIdAllowed = ({ id }: RoutedTarget) => !given[id]?.isForbidden;
  return resolveRoute(bare, offers, routingOf({ isAllowed: isIdAllowed, isIdAllowed, ...routing }));
}
const order = (given: Record<number, Given>, routing?: Partial<Routing>) =>
  resolve(given, routing).ranked.map((one) => one.offer.target.id);

const sharing = (given: Record<number, Given>, policy: Routing['policy']) =>
  sharersOf(resolve(given, { policy }).ranked, { policy, spread: 1.25, price_tolerance: 1.05 }).map(
    ({ one }) => one.offer.target.id,
  );

test('the fastest target comes first, whatever its place in the list', () => {
  expect(order({ 3: {}, 1: {}, 2: {} })).toEqual([1, 2, 3]);
  expect(order({ 1: { first_token_s: null }, 2: {} })).toEqual([2, 1]);
});

test('a busy channel comes behind the proven offers of others, and before nothing at all', () => {
  const stale = { proved_at: nowS - 9_000 };
  const offers = { 1: { isBusy: true }, 2: { is_wrong_answer: true }, 3: { ...half, ...stale } };
  expect(order({ ...offers, 4: { isElsewhere: true } })).toEqual([2, 3, 1, 4]);
  expect(order({ 1: { isBusy: true, isElsewhere: true }, 2: { isElsewhere: true } })).toEqual([
    2, 1,
  ]);
  expect(resolve({ 1: { isBusy: true } }).fault).toBeNull();
  expect(sharing({ 1: { isBusy: true }, 2: {} }, 'round-robin')).toEqual([2]);
});

test('only targets about as fast as the fastest share the traffic', () => {
  const near = { 1: { first_token_s: 1 }, 2: { first_token_s: 1.2 }, 3: {} };
  expect(order(near, { random: () => 0.6 })).toEqual([2, 1, 3]);
  expect(order(near, { random: () => 0.99 })).toEqual([2, 1, 3]);
  expect(order(near, { random: () => 0.1 })).toEqual([1, 2, 3]);
  const unmeasured = { 1: { first_token_s: null }, 2: { first_token_s: null } };
  expect(order(unmeasured, { random: () => 0.6 })).toEqual([2, 1]);
});

test('who shares the traffic with the first depends on the policy', () => {
  const given = { 1: { first_token_s: 1 }, 2: { first_token_s: 1.2 }, 3: {}, 4: failed };
  expect(sharing(given, 'latency')).toEqual([1, 2]);
  expect(sharing(given, 'priority')).toEqual([1]);
  expect(sharing(given, 'round-robin').sort()).toEqual([1, 2, 3]);
  expect(sharing(given, 'weighted').sort()).toEqual([1, 2, 3]);
  expect(sharing({ 1: failed }, 'latency')).toEqual([]);
});

test('a wider spread lets slower channels share', () => {
  const given = { 1: { first_token_s: 1 }, 2: { first_token_s: 1.9 }, 3: { first_token_s: 2.1 } };
  expect(order(given, { random: () => 0.9 })).toEqual([1, 2, 3]);
  expect(order(given, { random: () => 0.9, spread: 2 })).toEqual([2, 1, 3]);
  expect(order(given, { random: () => 0.9, spread: 1 })).toEqual([1, 2, 3]);
});

test('evidence goes before priority, and priority before the policy', () => {
  const given = {
    1: { priority: -1 },
    2: { priority: 5, first_token_s: 9 },
    3: { priority: 5 },
    4: { priority: 100, proved_at: nowS - 9_000 },
    5: {},
  };
  expect(order(given)).toEqual([3, 2, 5, 1, 4]);
  expect(order(given, { policy: 'priority' })).toEqual([2, 3, 5, 1, 4]);
  expect(order(given, { policy: 'round-robin', turn: 1 })).toEqual([3, 2, 5, 1, 4]);
  expect(order(given, { policy: 'weighted', random: () => 0.99 })).toEqual([3, 2, 5, 1, 4]);
  expect(sharing(given, 'round-robin')).toEqual([2, 3]);
});

test('priority keeps the order of the list', () => {
  const slowFirst = { 1: { first_token_s: 9 }, 2: { first_token_s: 1 } };
  expect(order(slowFirst, { policy: 'priority' })).toEqual([1, 2]);
});

test('round-robin starts with the next target on each turn', () => {
  const firstAt = (turn: number) =>
    order({ 1: {}, 2: {}, 3: {} }, { policy: 'round-robin', turn })[0];
  expect([0, 1, 2, 3].map(firstAt)).toEqual([1, 2, 3, 1]);
});

test('offers are ranked by their evidence, and those tried again come last of their kind', () => {
  const mixed: Record<number, Given> = {
    1: { plan: 'skipped' },
    2: { plan: 'unprovable' },
    3: { isElsewhere: true },
    4: { proved_at: nowS - 3601, ...half },
    5: { proved_at: nowS - 3601 },
    6: { is_wrong_answer: true },
    7: half,
    8: {},
  };
  expect(order(mixed)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
});

test('a refused offer has a code instead of a rank', () => {
  const { ranked, fault } = resolve({
    1: failed,
    2: resting,
    3: {},
    4: { enabled: false },
    5: { isForbidden: true },
    6: {},
    7: { state: 'refused', rest_until: nowS + 9 },
    8: { isElsewhere: true, state: 'refused', rest_until: nowS + 9 },
    9: { isFaulty: true },
  });
  expect(ranked.map((one) => [one.offer.target.id, one.rank, one.refused])).toEqual([
    [3, 1, null],
    [6, 2, null],
    [1, null, 'probe_failed'],
    [2, null, 'resting'],
    [4, null, 'target_disabled'],
    [5, null, 'not_allowed'],
    [7, null, 'route_refused'],
    [8, null, 'not_proven'],
    [9, null, 'channel_failed'],
  ]);
  expect(fault).toBeNull();
});

test.each<[string, Record<number, Given>]>([
  ['no_such_offer', {}],
  ['no_such_offer', { 1: { enabled: false } }],
  ['not_allowed', { 1: { enabled: false }, 2: { isForbidden: true } }],
  ['probe_failed', { 1: { isForbidden: true }, 2: failed }],
  ['channel_failed', { 1: failed, 2: { isFaulty: true } }],
  ['resting', { 1: failed, 2: resting, 3: { isFaulty: true } }],
  ['route_refused', { 1: { state: 'refused', rest_until: nowS + 9 } }],
])('if no offer can be chosen, the fault is that of the closest one: %s', (code, given) => {
  for (const policy of ['latency', 'priority', 'round-robin'] as const) {
    expect(resolve(given, { policy }).fault).toMatchObject({ code });
  }
});

test('if several models fail, the fault names the one that is asked again first', () => {
  const { fault } = resolve({
    1: failed,
    2: { ...failed, rest_until: nowS + 5, error: 'HTTP 502' },
  });
  expect(fault).toMatchObject({
    code: 'probe_failed',
    ranked: { standing: { error: 'HTTP 502' } },
  });
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
  ['probe_failed', { offers: [offer(1, failed)] }],
  [null, { areBareModelsOn: false }],
])('the fault of a pinned target is %s', (code, given) => {
  const { enabled = true, isForbidden = false, areBareModelsOn = true } = given;
  const pinned = { kind: 'pinned', target: target(1, { enabled }), model: 'm' } as const;
  const offers = given.offers ?? [offer(1, { enabled })];
  const routing = routingOf({
    areBareModelsOn,
    isAllowed: () => !isForbidden,
    isIdAllowed: () => !isForbidden,
  });
  expect(resolveRoute(pinned, offers, routing).fault?.code ?? null).toBe(code);
});

test('what drains is asked last of all that work, but before a channel that was at fault', () => {
  const isDraining = ({ id }: RoutedTarget) => id < 3;
  const stale = { proved_at: nowS - 90_000 };
  const overdue = { isFaulty: true, rest_until: nowS - 10 };
  const given = { 1: {}, 2: { priority: 9 }, 3: stale, 4: { isElsewhere: true } };
  expect(order(given, { isDraining })).toEqual([3, 4, 2, 1]);
  const { ranked } = resolve({ 1: {}, 3: overdue }, { isDraining });
  expect(ranked[0]?.offer.target.id).toBe(1);
});

const priced = (input: number, output = input): Offer['price'] => ({
  ...{ prices: [{ input, output }], source: 'table', multiplier: 1 },
});
const expected = { inputTokens: 1_000_000, outputTokens: 0, cached: null };

test('by price, evidence and priority still come first', () => {
  const given = {
    1: { price: priced(1), ...half },
    2: { price: priced(3) },
    3: { price: priced(2) },
    4: {},
    5: { price: priced(9), priority: 1 },
  };
  const { ranked } = resolve(given, { policy: 'price', expected });
  expect(ranked.map(({ offer, cost }) => [offer.target.id, cost])).toEqual([
    [5, 9],
    [3, 2],
    [2, 3],
    [4, null],
    [1, 1],
  ]);
});

test('a key’s ceiling refuses what costs more, and what has no price if it needs one', () => {
  const given = { 1: { price: priced(1, 5) }, 2: { price: priced(1, 6) }, 3: {} };
  const refusals = (demands: Routing['demands']) =>
    Object.fromEntries(
      resolve(given, { demands }).ranked.map((one) => [one.offer.target.id, one.refused]),
    );
  expect(refusals({ maxPrice: 5, mustBeKnown: true })).toEqual({
    ...{ 1: null, 2: 'too_expensive', 3: 'price_unknown' },
  });
  expect(refusals({ maxPrice: 5, mustBeKnown: false })).toMatchObject({ 3: null });
  expect(refusals(noDemands)).toEqual({ 1: null, 2: null, 3: null });
  const { fault } = resolve(given, { demands: { maxPrice: 0.5, mustBeKnown: true } });
  expect(fault?.code).toBe('too_expensive');
});
