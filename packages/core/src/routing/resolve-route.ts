import type { ModelState } from '../model-states/model-state.ts';
import { isSkipped } from '../probes/error-kind.ts';
import type { Target } from '../targets/target.ts';
import type { Asked } from './asked-route.ts';
import { type Breaker, type BreakerState, breakerStateOf, type Proof } from './breaker.ts';

export const routingPolicies = ['latency', 'priority', 'round-robin'] as const;
export type RoutingPolicy = (typeof routingPolicies)[number];

/** What routing needs to know of a target. */
export type RoutedTarget = Pick<Target, 'id' | 'name' | 'enabled' | 'sort_order' | 'interval_min'>;

/** A target's model, with everything that decides whether a request goes there. */
export interface Offer extends Proof {
  target: RoutedTarget;
  model: string;
  /** When it got into this state, Unix seconds. */
  state_since: number;
  /** Of the latest probe; null if it passed. */
  error: string | null;
  /** In seconds; from live traffic if there was any, because that is measured more often. */
  first_byte_s: number | null;
}

/** What a model's latest probe proves. */
export function proofOf(state: Pick<ModelState, 'success' | 'error_kind' | 'timestamp'>): Proof {
  return { is_alive: isSkipped(state) ? null : state.success, proved_at: state.timestamp };
}

type OfferedState = Pick<
  ModelState,
  | ('model' | 'success' | 'error_kind' | 'timestamp' | 'error')
  | ('state_since' | 'first_token_s' | 'live_first_byte_s')
>;

/** Makes an offer from a target and the state of one of its models. */
export function offerOf<T extends RoutedTarget>(target: T, state: OfferedState) {
  const { model, state_since, error } = state;
  const first_byte_s = state.live_first_byte_s ?? state.first_token_s;
  return { target, model, ...proofOf(state), state_since, error, first_byte_s };
}

/** Why no request goes to an offer. */
export type Refusal = 'target_disabled' | 'not_allowed' | 'probe_failed' | 'breaker_open';

export interface RankedOffer<O extends Offer> {
  offer: O;
  /** 1 is tried first; null: it is refused. */
  rank: number | null;
  refused: Refusal | null;
  breaker: BreakerState;
  /** Seconds since the latest probe. */
  proof_age_s: number;
  is_fresh: boolean;
}

/** Why no target can be chosen. */
export type RouteFault<O extends Offer> =
  | { code: 'bare_names_off' | 'no_such_offer' | Exclude<Refusal, 'probe_failed'> }
  /** `offer`: the one that was probed last. */
  | { code: 'probe_failed'; offer: O };

export interface ResolvedRoute<O extends Offer> {
  /** All offers: those that may be tried, in order, before those that are refused. */
  ranked: RankedOffer<O>[];
  /** null if there is a choice; otherwise no offer may be tried, whatever its rank. */
  fault: RouteFault<O> | null;
}

export interface Routing {
  policy: RoutingPolicy;
  areBareModelsOn: boolean;
  /** Whether the caller may use the target's model. */
  isAllowed: (target: RoutedTarget, model: string) => boolean;
  breakerOf: (offer: Offer) => Breaker | null;
  nowS: number;
  /** A random number from 0 up to 1, which spreads requests over targets that are about as fast. */
  random: () => number;
  /** Grows by one with each request, for `round-robin`. */
  turn: number;
}

/** A proof is stale if it is older than this many check intervals. */
const staleAfterIntervals = 2;
/** Targets within this factor of the fastest share the traffic. */
const spreadFactor = 1.25;

/**
 * Where a request goes, and why. Proven and fresh offers come before stale ones, those before models that
 * aren't probed, and half-open breakers last; then the policy decides. `offers` has every
 * target's offer of the requested model.
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
  const { nowS } = routing;
  const breaker = breakerStateOf(routing.breakerOf(offer), offer, nowS);
  const proof_age_s = Math.max(0, nowS - offer.proved_at);
  const is_fresh = proof_age_s <= offer.target.interval_min * 60 * staleAfterIntervals;
  const refused = refusalOf(offer, breaker, routing);
  return { offer, rank: null, refused, breaker, proof_age_s, is_fresh };
}

function refusalOf(
  { target, model, is_alive }: Offer,
  breaker: BreakerState,
  { isAllowed }: Routing,
): Refusal | null {
  if (!target.enabled) return 'target_disabled';
  if (!isAllowed(target, model)) return 'not_allowed';
  if (is_alive === false) return 'probe_failed';
  return breaker === 'open' ? 'breaker_open' : null;
}

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
  const refusedFor = (code: Refusal) => ranked.filter(({ refused }) => refused === code);
  if (refusedFor('breaker_open').length > 0) return { code: 'breaker_open' };
  const [failed] = refusedFor('probe_failed').sort((a, b) => b.offer.proved_at - a.offer.proved_at);
  if (failed) return { code: 'probe_failed', offer: failed.offer };
  return { code: refusedFor('not_allowed').length > 0 ? 'not_allowed' : 'no_such_offer' };
}

function inOrder<O extends Offer>(offers: RankedOffer<O>[], routing: Routing): RankedOffer<O>[] {
  const tiers = Map.groupBy(offers, tierOf);
  return [...tiers.keys()]
    .sort((a, b) => a - b)
    .flatMap((tier) => orderByPolicy(tiers.get(tier) ?? [], routing));
}

function tierOf({ refused, breaker, is_fresh, offer }: RankedOffer<Offer>): number {
  if (refused) return 4;
  if (breaker === 'half_open') return 3;
  if (offer.is_alive === null) return 2;
  return is_fresh ? 0 : 1;
}

function orderByPolicy<O extends Offer>(
  offers: RankedOffer<O>[],
  { policy, random, turn }: Routing,
): RankedOffer<O>[] {
  const byPlace = offers.sort(
    ({ offer: { target: a } }, { offer: { target: b } }) =>
      a.sort_order - b.sort_order || a.id - b.id,
  );
  switch (policy) {
    case 'priority':
      return byPlace;
    case 'round-robin':
      return rotate(byPlace, turn);
    case 'latency':
      return spread(
        byPlace.sort((a, b) => firstByteOf(a) - firstByteOf(b)),
        random(),
      );
  }
}

/** An offer that was never measured comes last. */
function firstByteOf({ offer }: RankedOffer<Offer>): number {
  return offer.first_byte_s ?? Number.MAX_VALUE;
}

/** Puts one of the about equally fast first, so that the fastest alone doesn't get all the load. */
function spread<O extends Offer>(byLatency: RankedOffer<O>[], random: number): RankedOffer<O>[] {
  const fastest = byLatency[0]?.offer.first_byte_s ?? null;
  const near =
    fastest === null
      ? byLatency
      : byLatency.filter((one) => firstByteOf(one) <= fastest * spreadFactor);
  return [...rotate(near, Math.floor(random * near.length)), ...byLatency.slice(near.length)];
}

function rotate<O>(offers: O[], by: number): O[] {
  const first = offers.length === 0 ? 0 : by % offers.length;
  return [...offers.slice(first), ...offers.slice(0, first)];
}
