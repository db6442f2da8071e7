import type { RoutingSettings } from '../admin/settings.ts';
import type { Standing } from '../evidence/standing.ts';
import type { ProxyKey } from '../gateway/proxy-key.ts';
import type { Target } from '../targets/target.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** What the order among equals depends on. */
interface Rival {
  offer: { target: Pick<Target, 'id' | 'sort_order' | 'weight'> };
  standing: Pick<Standing, 'first_token_s'>;
  /** What the request would cost there; null: its price isn't known, or nobody asked. */
  cost: number | null;
}

/** How the gateway chooses among channels that are equally good by evidence and priority. */
export interface PolicyInForce {
  policy: RoutingPolicy;
  /** Channels within this factor of the fastest share the traffic, under `latency` and `price`. */
  spread: number;
  /** Under `price`, channels within this factor of the cheapest count as equally cheap. */
  price_tolerance: number;
}

/** The policy for a key's requests: its own, or else that of the settings. */
export function policyInForce(
  settings: Pick<RoutingSettings, 'routing_policy' | 'spread' | 'price_tolerance'>,
  key: Pick<ProxyKey, 'routing_policy'> | null,
): PolicyInForce {
  const { routing_policy, spread, price_tolerance } = settings;
  return { policy: key?.routing_policy ?? routing_policy, spread, price_tolerance };
}

interface Chance extends PolicyInForce {
  /** A random number from 0 up to 1. */
  random: () => number;
  /** Grows by one with each request, for `round-robin`. */
  turn: number;
}

/** Equally good offers, in the order to try. */
export function orderByPolicy<R extends Rival>(
  rivals: readonly R[],
  { policy, spread, price_tolerance, random, turn }: Chance,
): R[] {
  const byPlace = rivals.toSorted(inPlace);
  switch (policy) {
    case 'priority':
      return byPlace;
    case 'round-robin':
      return rotate(byPlace, turn);
    case 'weighted':
      return drawn(byPlace, random);
    case 'latency':
      return fastestFirst(byPlace, spread, random);
    case 'price': {
      const cheapest = cheapestOf(byPlace, price_tolerance);
      const dearer = byPlace.filter((one) => !cheapest.includes(one));
      return [
        ...fastestFirst(cheapest, spread, random),
        ...dearer.sort((a, b) => costOf(a) - costOf(b) || firstTokenOf(a) - firstTokenOf(b)),
      ];
    }
  }
}

function fastestFirst<R extends Rival>(
  byPlace: readonly R[],
  spread: number,
  random: () => number,
): R[] {
  const byLatency = byPlace.toSorted((a, b) => firstTokenOf(a) - firstTokenOf(b));
  const near = nearest(byLatency, spread);
  const others = byLatency.slice(near.length);
  // The fastest alone mustn't get all the load.
  return [...rotate(near, Math.floor(random() * near.length)), ...others];
}

/**
 * Whether a conversation should leave its channel for the first of the others: by price, if that is cheaper
 * even without what the channel has in its cache.
 */
export function isWorthLeaving(
  last: Pick<Rival, 'cost'>,
  first: Pick<Rival, 'cost'>,
  { policy, price_tolerance }: PolicyInForce,
): boolean {
  if (policy !== 'price' || first.cost === null) return false;
  return last.cost === null || first.cost * price_tolerance < last.cost;
}

/** The offers that may come first, each with its share of the requests. */
export function sharesOf<R extends Rival>(
  rivals: readonly R[],
  { policy, spread, price_tolerance }: PolicyInForce,
): { one: R; share: number }[] {
  const [first] = rivals;
  if (!first) return [];
  switch (policy) {
    case 'priority':
      return [{ one: first, share: 1 }];
    case 'weighted': {
      const total = totalWeight(rivals);
      return rivals.map((one) => ({ one, share: weightOf(one) / total }));
    }
    case 'round-robin':
      return rivals.map((one) => ({ one, share: 1 / rivals.length }));
    case 'latency':
    case 'price': {
      const rivalsLeft = policy === 'price' ? cheapestOf(rivals, price_tolerance) : rivals;
      const near = nearest(rivalsLeft, spread);
      return near.map((one) => ({ one, share: 1 / near.length }));
    }
  }
}

function inPlace({ offer: { target: a } }: Rival, { offer: { target: b } }: Rival): number {
  return a.sort_order - b.sort_order || a.id - b.id;
}

/** An offer that was never measured comes last. */
function firstTokenOf({ standing }: Rival): number {
  return standing.first_token_s ?? Number.MAX_VALUE;
}

/** An offer whose price isn't known comes last. */
function costOf({ cost }: Rival): number {
  return cost ?? Number.MAX_VALUE;
}

/** The cheapest, and those about as cheap; all of them if no price is known. */
function cheapestOf<R extends Rival>(rivals: readonly R[], tolerance: number): R[] {
  const least = Math.min(...rivals.map(costOf));
  if (least === Number.MAX_VALUE) return [...rivals];
  return rivals.filter((one) => costOf(one) <= least * tolerance);
}

/** The fastest, and those about as fast; all of them if none was ever measured. */
function nearest<R extends Rival>(rivals: readonly R[], spread: number): R[] {
  const fastestS = Math.min(...rivals.map(firstTokenOf));
  if (fastestS === Number.MAX_VALUE) return [...rivals];
  return rivals.filter((one) => firstTokenOf(one) <= fastestS * spread);
}

/** Drawn one after the other by weight, so that a failing channel's share is spread by weight too. */
function drawn<R extends Rival>(byPlace: readonly R[], random: () => number): R[] {
  const left = byPlace.toSorted((a, b) => weightOf(b) - weightOf(a));
  const order: R[] = [];
  while (left.length > 1) {
    let point = random() * totalWeight(left);
    const at = left.findIndex((one) => {
      point -= weightOf(one);
      return point < 0;
    });
    order.push(...left.splice(Math.max(at, 0), 1));
  }
  return [...order, ...left];
}

function weightOf({ offer: { target } }: Rival): number {
  return target.weight;
}

function totalWeight(rivals: readonly Rival[]): number {
  return rivals.reduce((sum, one) => sum + weightOf(one), 0);
}

function rotate<R>(rivals: readonly R[], by: number): R[] {
  const first = rivals.length === 0 ? 0 : by % rivals.length;
  return [...rivals.slice(first), ...rivals.slice(0, first)];
}
