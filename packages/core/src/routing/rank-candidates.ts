/** Where a request could go, and all that speaks for or against it. Times: Unix seconds. */
export interface Candidate {
  target_id: number;
  target_name: string;
  model: string;
  sort_order: number;
  interval_min: number;
  /** Whether the latest probe passed; null: never probed, for it is no chat model. */
  is_alive: boolean | null;
  /** When the latest probe ended. */
  proved_at: number;
  /** Measured by live traffic, else by the probe; null where neither told. */
  first_byte_s: number | null;
  breaker: BreakerState;
}

/** `open`: live traffic failed there; `half_open`: one request may try again. */
export type BreakerState = 'closed' | 'half_open' | 'open';

export const routingPolicies = ['latency', 'priority', 'round-robin'] as const;
export type RoutingPolicy = (typeof routingPolicies)[number];

export interface RankedCandidate extends Candidate {
  /** Seconds since the probe that proved it. */
  proof_age_s: number;
  is_fresh: boolean;
  /** null: it may be chosen; else why not. */
  refused: string | null;
}

export interface Ranking {
  policy: RoutingPolicy;
  nowS: number;
  /** From 0 up to 1, for the spread among those that are about as fast. */
  random: () => number;
  /** Grows by one with each request, for `round-robin`. */
  turn: number;
}

/** Proof is a lease: it is stale when the schedule has missed it twice. */
const staleAfterIntervals = 2;
/** Those within this factor of the fastest share the traffic. */
const spreadFactor = 1.25;

/**
 * All candidates, those that may be chosen first and in the order to try: proven and fresh before
 * stale before unproven, breakers at rest before those that try again, then by the policy.
 */
export function rankCandidates(
  candidates: readonly Candidate[],
  ranking: Ranking,
): RankedCandidate[] {
  const judged = candidates.map((candidate) => judge(candidate, ranking.nowS));
  // A request that names its channel has nothing to choose from.
  if (judged.length < 2) return judged;
  const tiers = Map.groupBy(judged, tierOf);
  return [...tiers.keys()]
    .sort((a, b) => a - b)
    .flatMap((tier) => orderByPolicy(tiers.get(tier) ?? [], ranking));
}

function judge(candidate: Candidate, nowS: number): RankedCandidate {
  const proof_age_s = Math.max(0, nowS - candidate.proved_at);
  const is_fresh = proof_age_s <= candidate.interval_min * 60 * staleAfterIntervals;
  return { ...candidate, proof_age_s, is_fresh, refused: refusalOf(candidate) };
}

function refusalOf({ is_alive, breaker }: Candidate): string | null {
  if (is_alive === false) return 'its latest probe failed';
  return breaker === 'open' ? 'its breaker is open after failures of live traffic' : null;
}

function tierOf({ refused, is_alive, is_fresh, breaker }: RankedCandidate): number {
  if (refused) return 4;
  if (breaker === 'half_open') return 3;
  if (is_alive === null) return 2;
  return is_fresh ? 0 : 1;
}

function orderByPolicy(candidates: RankedCandidate[], ranking: Ranking): RankedCandidate[] {
  const byPlace = candidates.sort(
    (a, b) => a.sort_order - b.sort_order || a.target_id - b.target_id,
  );
  switch (ranking.policy) {
    case 'priority':
      return byPlace;
    case 'round-robin':
      return rotate(byPlace, ranking.turn);
    case 'latency':
      return spread(byPlace.sort(byFirstByte), ranking.random());
  }
}

function byFirstByte(a: RankedCandidate, b: RankedCandidate): number {
  return (a.first_byte_s ?? Number.MAX_VALUE) - (b.first_byte_s ?? Number.MAX_VALUE);
}

/** Puts one of the about equally fast first, so that the fastest is not alone under all the load. */
function spread(byLatency: RankedCandidate[], random: number): RankedCandidate[] {
  const fastest = byLatency[0]?.first_byte_s ?? null;
  if (fastest === null) return rotate(byLatency, Math.floor(random * byLatency.length));
  const near = byLatency.filter(
    (one) => (one.first_byte_s ?? Number.MAX_VALUE) <= fastest * spreadFactor,
  );
  return [...rotate(near, Math.floor(random * near.length)), ...byLatency.slice(near.length)];
}

function rotate(candidates: RankedCandidate[], by: number): RankedCandidate[] {
  if (candidates.length === 0) return candidates;
  const first = by % candidates.length;
  return [...candidates.slice(first), ...candidates.slice(0, first)];
}
