import type { RoutingSettings } from '../admin/settings.ts';
import type { Standing } from '../evidence/standing.ts';
import type { ProxyKey } from '../gateway/proxy-key.ts';
import type { Target } from '../targets/target.ts';
import type { RoutingPolicy } from './routing-policy.ts';

/** What the order among equals depends on. */
interface Rival {
  offer: { target: Pick<Target, 'id' | 'sort_order' | 'weight'> };
  standing: Pick<Standing, 'first_token_s'>;
}

/** How the gateway chooses among channels that are equally good by evidence and priority. */
export interface PolicyInForce {
  policy: RoutingPolicy;
  /** Under `latency`, channels within this factor of the fastest share the traffic. */
  spread: number;
}

/** The policy for a key's requests: its own, or else that of the settings. */
export function policyInForce(
  { routing_policy, spread }: Pick<RoutingSettings, 'routing_policy' | 'spread'>,
  key: Pick<ProxyKey, 'routing_policy'> | null,
): PolicyInForce {
  return { policy: key?.routing_policy ?? routing_policy, spread };
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
  { policy, spread, random, turn }: Chance,
): R[] {
  const byPlace = rivals.toSorted(inPlace);
  switch (policy) {
    case 'priority':
      return byPlace;
    case 'round-robin':
      return rotate(byPlace, turn);
    case 'weighted':
      return drawn(byPlace, random);
    case 'latency': {
      const byLatency = byPlace.sort((a, b) => firstTokenOf(a) - firstTokenOf(b));
      const near = nearest(byLatency, spread);
      const others = byLatency.slice(near.length);
      // The fastest alone mustn't get all the load.
      return [...rotate(near, Math.floor(random() * near.length)), ...others];
    }
  }
}

/** The offers that may come first, each with its share of the requests. */
export function sharesOf<R extends Rival>(
  rivals: readonly R[],
  { policy, spread }: PolicyInForce,
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
    case 'latency': {
      const near = nearest(rivals, spread);
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
