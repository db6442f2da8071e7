import {
  type Candidate,
  proofOf,
  type RankedCandidate,
  type RoutingPolicy,
  rankCandidates,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { BreakerBoard } from './breaker-board.ts';
import type { Offer } from './find-offers.ts';

const breakerStates = ['closed', 'half_open', 'open'] as const;

export const candidateSchema = z
  .object({
    rank: z.int().nullable().openapi({ description: '1 is tried first; null: refused' }),
    target_id: z.int(),
    target_name: z.string(),
    model: z.string(),
    refused: z.string().nullable().openapi({ description: 'why it is not taken' }),
    is_alive: z.boolean().nullable().openapi({ description: 'null: no chat model, not probed' }),
    is_fresh: z.boolean().openapi({ description: 'proven within twice the interval' }),
    proved_at: z.number().openapi({ description: 'Unix seconds' }),
    proof_age_s: z.number(),
    first_byte_s: z.number().nullable().openapi({ description: 'of live traffic, else the probe' }),
    breaker: z.enum(breakerStates).openapi({ description: 'as the gateways last told' }),
    live_failures: z.int(),
    live_error: z.string().nullable(),
    probe_error: z.string().nullable(),
  })
  .openapi('RouteCandidate');

export type CandidateItem = z.infer<typeof candidateSchema>;

interface RankOffersOptions {
  policy: RoutingPolicy;
  breakers: BreakerBoard;
  nowS: number;
  /** Why none may be taken, whatever they are; null where they decide. */
  reason: string | null;
}

/** Where the gateway would send a model: those that it may choose in their order, then the refused. */
export function rankOffers(
  offers: readonly Offer[],
  { policy, breakers, nowS, reason }: RankOffersOptions,
): CandidateItem[] {
  const candidates = offers.map((offer) => candidateOf(offer, breakers));
  // Without chance and at the first turn: an explanation is the same each time.
  const ranked = rankCandidates(candidates, { policy, nowS, random: () => 0, turn: 0 });
  return numbered(ranked.map((one) => itemOf(one, offers, reason)));
}

function candidateOf({ target, state }: Offer, breakers: BreakerBoard): Candidate {
  return {
    target_id: target.id,
    target_name: target.name,
    model: state.model,
    sort_order: target.sort_order,
    interval_min: target.interval_min,
    ...proofOf(state),
    proved_at: state.timestamp,
    breaker: breakers.stateOf(target.id, state.model, state.timestamp),
  };
}

function itemOf(
  ranked: RankedCandidate,
  offers: readonly Offer[],
  reason: string | null,
): CandidateItem {
  const { sort_order: _place, interval_min: _interval, ...shown } = ranked;
  const offer = offers.find(({ target }) => target.id === ranked.target_id);
  const isDisabled = offer?.target.enabled === false;
  return {
    ...shown,
    rank: null,
    refused: reason ?? (isDisabled ? 'the channel is disabled' : ranked.refused),
    live_failures: offer?.state.live_failures ?? 0,
    live_error: offer?.state.live_error ?? null,
    probe_error: offer?.state.error ?? null,
  };
}

/** Those that may be taken in their order, then the refused. */
function numbered(items: readonly CandidateItem[]): CandidateItem[] {
  const taken = items.filter(({ refused }) => refused === null);
  const refused = items.filter((item) => item.refused !== null);
  return [...taken.map((item, index) => ({ ...item, rank: index + 1 })), ...refused];
}
