import type { EvidenceRoute } from '../evidence/evidence-route.ts';
import { type KnownModel, type Standing, standingOn } from '../evidence/standing.ts';
import type { EffectivePrice } from '../money/effective-price.ts';
import { isRouteOff } from '../targets/rules/path-rule.ts';
import type { Target } from '../targets/target.ts';
import type { Asked } from './asked-route.ts';
import {
  type ExpectedRequest,
  expectedCost,
  faultOfPrice,
  type PriceDemands,
} from './expected-cost.ts';
import { orderByPolicy, type PolicyInForce, sharesOf } from './order-by-policy.ts';

/** What routing needs to know of a target. */
export type RoutedTarget = Pick<
  Target,
  'id' | 'name' | 'enabled' | 'sort_order' | 'interval_min' | 'weight' | 'priority' | 'paths'
>;

/** A target's model, with everything that decides whether a request goes there. */
export interface Offer extends KnownModel {
  target: RoutedTarget;
  model: string;
  /** What its channel charges for it; null: unknown. */
  price: EffectivePrice | null;
}

/** Why no request goes to an offer. */
export const refusals = [
  'target_disabled',
  'not_allowed',
  'too_expensive',
  'price_unknown',
  'channel_failed',
  'probe_failed',
  'route_off',
  'route_refused',
  'not_proven',
  'resting',
] as const;
export type Refusal = (typeof refusals)[number];

export interface RankedOffer<O extends Offer> {
  offer: O;
  /** 1 is tried first; null: it is refused. */
  rank: number | null;
  refused: Refusal | null;
  /** On the route of the request. */
  standing: Standing;
  /** Seconds since it was proven on the route; null if it never was. */
  proof_age_s: number | null;
  is_fresh: boolean;
  /** Whether it is asked last because of maintenance. */
  is_draining: boolean;
  /** What the request would cost there; null: its price isn't known, or costs don't matter. */
  cost: number | null;
}

/** Why no target can be chosen. */
export type RouteFault<O extends Offer> =
  | { code: 'bare_names_off' | 'no_such_offer' | 'target_disabled' | 'not_allowed' }
  /** `offer`: the one that may come back first, for `resting`, or that was asked last. */
  | { code: Exclude<Refusal, 'target_disabled' | 'not_allowed'>; ranked: RankedOffer<O> };

export interface ResolvedRoute<O extends Offer> {
  /** All offers: those that may be tried, in order, before those that are refused. */
  ranked: RankedOffer<O>[];
  /** null if there is a choice; otherwise no offer may be tried, whatever its rank. */
  fault: RouteFault<O> | null;
}

export interface Routing extends PolicyInForce {
  /** The wire format that the request uses. */
  route: EvidenceRoute;
  areBareModelsOn: boolean;
  /** Whether the caller may use what a name means on the target. */
  isAllowed: (target: RoutedTarget, name: string) => boolean;
  /** The same by the target's own id, which an alias may have made the name of another model. */
  isIdAllowed: (target: RoutedTarget, id: string) => boolean;
  /** Whether maintenance has a target's model asked last; absent: nothing drains. */
  isDraining?: ((target: RoutedTarget, id: string) => boolean) | undefined;
  nowS: number;
  /** A random number from 0 up to 1, which spreads requests over targets that are about as fast. */
  random: () => number;
  /** Grows by one with each request, for `round-robin`. */
  turn: number;
  /** The request as far as its cost depends on it; null: costs don't matter. */
  expected: ExpectedRequest | null;
  /** What the key demands of prices. */
  demands: PriceDemands;
}

/** A proof is stale if it is older than this many check intervals. */
const staleAfterIntervals = 2;

/**
 * Where a request goes, and why. Offers are ranked by what is known on the request's route: proven and
 * fresh, proven with a wrong answer, proven but stale, those of busy channels, unproven, unprovable, skipped; then those whose probe
 * is overdue, and those of a channel that was at fault. Those that are tried again after failures come last
 * of their kind. Among equals, the channels with the highest priority come first, and of those the policy
 * decides. `offers` has every target's offer of the requested model.
 */
export function resolveRoute<O extends Offer>(
  asked: Asked<RoutedTarget>,
  offers: readonly O[],
  routing: Routing,
): ResolvedRoute<O> {
  const judged = offers.map((offer) => judge(offer, routing));
  const ranked = judged.length < 2 ? judged : inOrder(judged, routing);
  for (const [index, one] of ranked.entries()) if (!one.refused) one.rank = index + 1;
  return { ranked, fault: faultOf(asked, ranked, routing) };
}

/** The sentence for a request that no offer matches, in the gateway's answer and in its explanation. */
export function sentenceOfNoOffer(
  code: 'target_disabled' | 'no_such_offer',
  asked: Asked<RoutedTarget>,
): string {
  const { model } = asked;
  if (asked.kind === 'bare') return `no channel offers the model "${model}"`;
  const { name } = asked.target;
  return code === 'target_disabled'
    ? `the channel "${name}" is disabled`
    : `the channel "${name}" has no model "${model}"`;
}

function judge<O extends Offer>(offer: O, routing: Routing): RankedOffer<O> {
  const { nowS, route } = routing;
  const standing = standingOn(offer, route, nowS);
  const { proved_at } = standing;
  const proof_age_s = proved_at === null ? null : Math.max(0, nowS - proved_at);
  const is_fresh = isFreshProof(standing, offer.target, nowS);
  const refused = refusalOf(offer, standing, routing);
  const is_draining = routing.isDraining?.(offer.target, offer.model) ?? false;
  const { expected } = routing;
  const cost = expected && expectedCost(offer.price, offer.target.id, expected, nowS);
  return { offer, rank: null, refused, standing, proof_age_s, is_fresh, is_draining, cost };
}

/** Whether a proof still counts as a recent one. */
export function isFreshProof(
  { proved_at }: Pick<Standing, 'proved_at'>,
  { interval_min }: Pick<Target, 'interval_min'>,
  nowS: number,
): boolean {
  return proved_at !== null && nowS - proved_at <= interval_min * 60 * staleAfterIntervals;
}

function refusalOf(
  { target, model, price }: Offer,
  { state, rest, is_channel_fault, is_overdue, is_proven_elsewhere }: Standing,
  { isIdAllowed, route, demands, expected, nowS }: Routing,
): Refusal | null {
  if (!target.enabled) return 'target_disabled';
  if (!isIdAllowed(target, model)) return 'not_allowed';
  const size = { route, inputTokens: expected?.inputTokens ?? 0 };
  const priceFault = faultOfPrice(price, demands, size, nowS);
  if (priceFault) return priceFault;
  if (isRouteOff(target.paths, route)) return 'route_off';
  if (is_channel_fault && rest === 'resting') return 'channel_failed';
  if (state === 'failed' && !is_overdue) return 'probe_failed';
  if (state === 'refused') return 'route_refused';
  if (state === 'unproven' && !is_proven_elsewhere) return 'not_proven';
  return rest === 'resting' ? 'resting' : null;
}

/** The first that applies says why nothing can be chosen: what passes soonest comes first. */
const faultOrder = [
  'resting',
  'channel_failed',
  'probe_failed',
  'not_proven',
  'route_refused',
  'route_off',
  'too_expensive',
  'price_unknown',
] as const;

function faultOf<O extends Offer>(
  asked: Asked<RoutedTarget>,
  ranked: readonly RankedOffer<O>[],
  { areBareModelsOn, isAllowed }: Routing,
): RouteFault<O> | null {
  if (asked.kind === 'pinned') {
    // This check comes first, so that a key learns nothing about targets that it may not use.
    if (!isAllowed(asked.target, asked.model)) return { code: 'not_allowed' };
    if (!asked.target.enabled) return { code: 'target_disabled' };
  } else if (!areBareModelsOn) return { code: 'bare_names_off' };
  if (ranked[0]?.rank === 1) return null;
  for (const code of faultOrder) {
    const [first] = ranked.filter(({ refused }) => refused === code).sort(bySoonest);
    if (first) return { code, ranked: first };
  }
  const isForbidden = ranked.some(({ refused }) => refused === 'not_allowed');
  return { code: isForbidden ? 'not_allowed' : 'no_such_offer' };
}

function bySoonest(a: RankedOffer<Offer>, b: RankedOffer<Offer>): number {
  const soonest = ({ standing }: RankedOffer<Offer>) => standing.retry_at ?? Number.MAX_VALUE;
  return soonest(a) - soonest(b);
}

function inOrder<O extends Offer>(offers: RankedOffer<O>[], routing: Routing): RankedOffer<O>[] {
  const tiers = Map.groupBy(offers, tierOf);
  return [...tiers.keys()]
    .sort((a, b) => a - b)
    .flatMap((tier) => byPriority(tiers.get(tier) ?? []))
    .flatMap((equals) => {
      const { firsts, others } = oneOfEachTarget(equals);
      return [...orderByPolicy(firsts, routing), ...orderByPolicy(others, routing)];
    });
}

/** The groups of a tier, the one with the highest priority first. */
function byPriority<O extends Offer>(tier: RankedOffer<O>[]): RankedOffer<O>[][] {
  const groups = Map.groupBy(tier, ({ offer }) => offer.target.priority);
  return [...groups].sort(([a], [b]) => b - a).map(([, group]) => group);
}

/** A target with several models of one name takes one share of the traffic; the first given is asked first. */
function oneOfEachTarget<O extends Offer>(offers: readonly RankedOffer<O>[]) {
  const seen = new Set<number>();
  const [firsts, others]: [RankedOffer<O>[], RankedOffer<O>[]] = [[], []];
  for (const one of offers) {
    const { id } = one.offer.target;
    (seen.has(id) ? others : firsts).push(one);
    seen.add(id);
  }
  return { firsts, others };
}

const refusedTier = 9;

/** After all that don't drain, but before channels that were at fault. */
const drainingTier = 6.9;

function tierOf({ refused, standing, is_fresh, is_draining }: RankedOffer<Offer>): number {
  if (refused) return refusedTier;
  if (is_draining && !standing.is_channel_fault) return drainingTier;
  const { state, rest, is_channel_fault, channel_busy_until } = standing;
  const late = rest === 'half_open' ? 0.5 : 0;
  if (is_channel_fault) return 7;
  // It may still serve, and is better than nothing: one client's limit must not close it to others.
  if (channel_busy_until !== null) return Math.max(staleTier, placeOf(state)) + 0.75;
  return state === 'proven' ? provenTier(standing, is_fresh) + late : placeOf(state) + late;
}

const staleTier = 2;

function provenTier({ is_wrong_answer }: Standing, isFresh: boolean): number {
  if (!isFresh) return staleTier;
  return is_wrong_answer ? 1 : 0;
}

function placeOf(state: Standing['state']): number {
  switch (state) {
    case 'proven':
      return staleTier;
    case 'unproven':
      return 3;
    case 'unprovable':
      return 4;
    case 'skipped':
      return 5;
    case 'failed':
      return 6;
    case 'refused':
      return refusedTier;
  }
}

/** The offers that may come first, each with its share of the requests. */
export function sharersOf<O extends Offer>(
  ranked: readonly RankedOffer<O>[],
  policy: PolicyInForce,
): { one: RankedOffer<O>; share: number }[] {
  const [first] = ranked;
  if (!first || first.refused) return [];
  const equals = ranked.filter((one) => !one.refused && isEqual(one, first));
  return sharesOf(oneOfEachTarget(equals).firsts, policy);
}

function isEqual(a: RankedOffer<Offer>, b: RankedOffer<Offer>): boolean {
  return tierOf(a) === tierOf(b) && a.offer.target.priority === b.offer.target.priority;
}
