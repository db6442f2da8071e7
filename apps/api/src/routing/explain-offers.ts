import {
  type Asked,
  breakerStates,
  type Offer,
  offerOf,
  type RankedOffer,
  type Refusal,
  resolveRoute,
  type Target,
} from '@api-monitor/core';
import { listModelStates, listTargetsByIds, type ModelStateRow } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';

export const candidateSchema = z
  .object({
    rank: z.int().nullable().openapi({ description: '1 is tried first; null: refused' }),
    target_id: z.int(),
    target_name: z.string(),
    model: z.string(),
    refused: z.string().nullable().openapi({ description: 'why it is not taken' }),
    is_alive: z.boolean().nullable().openapi({ description: 'null: not a chat model, not probed' }),
    is_fresh: z.boolean().openapi({ description: 'proven within twice the interval' }),
    proved_at: z.number().openapi({ description: 'Unix seconds' }),
    proof_age_s: z.number(),
    first_byte_s: z.number().nullable().openapi({ description: 'of live traffic, else the probe' }),
    breaker: z.enum(breakerStates).openapi({ description: 'as the gateways last published it' }),
    live_failures: z.int(),
    live_error: z.string().nullable(),
    probe_error: z.string().nullable(),
  })
  .openapi('RouteCandidate');

type CandidateItem = z.infer<typeof candidateSchema>;

/** A target's model with all that is known of both. */
export interface KnownOffer extends Offer {
  target: Target;
  state: ModelStateRow;
}

/** Reads all offers, or those of some targets, of one model, or both. */
export async function listOffers(
  { db }: ApiDeps,
  { target_ids, model }: { target_ids?: readonly number[]; model?: string } = {},
): Promise<KnownOffer[]> {
  const states = await listModelStates(db, {
    ...(target_ids && { target_ids }),
    model,
    with_history: false,
  });
  const targetIds = [...new Set(states.map((state) => state.target_id))];
  const targets = new Map((await listTargetsByIds(db, targetIds)).map((it) => [it.id, it]));
  return states.flatMap((state) => {
    const target = targets.get(state.target_id);
    return target ? [{ ...offerOf(target, state), state }] : [];
  });
}

/**
 * Where a gateway would send a request now. Chance and turns are left out, so that the explanation is the
 * same each time.
 */
export function explainOffers(
  { routing, breakers, now }: ApiDeps,
  asked: Asked<Target>,
  offers: readonly KnownOffer[],
) {
  return resolveRoute(asked, offers, {
    ...routing,
    isAllowed: () => true,
    breakerOf: ({ target, model }) => breakers.of(target.id, model),
    nowS: now(),
    random: () => 0,
    turn: 0,
  });
}

const refusalTexts: Record<Refusal, string> = {
  target_disabled: 'the channel is disabled',
  not_allowed: 'the key may not use it',
  probe_failed: 'its latest probe failed',
  breaker_open: 'its breaker is open after failures of live traffic',
};

export function candidateItem(one: RankedOffer<KnownOffer>): CandidateItem {
  const { rank, refused, breaker, proof_age_s, is_fresh, offer } = one;
  const { target, state, model, is_alive, proved_at, first_byte_s } = offer;
  const { live_failures, live_error } = state;
  return {
    ...{ rank, target_id: target.id, target_name: target.name, model },
    refused: refused && refusalTexts[refused],
    ...{ is_alive, is_fresh, proved_at, proof_age_s, first_byte_s, breaker },
    ...{ live_failures, live_error, probe_error: state.error },
  };
}
