import {
  type Asked,
  appliedPriceSchema,
  type EffectivePrice,
  type EvidenceRoute,
  errorKinds,
  evidenceStates,
  liveFieldsOf,
  pick,
  priceAt,
  pricedClasses,
  type RankedOffer,
  type Refusal,
  type Rest,
  recordOf,
  refusals,
  resolveRoute,
  rests,
  type Target,
  unixSeconds,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { keyCountsSchema, keyFieldsOf } from '../targets/key-views.ts';
import type { KnownOffer } from './known-offers.ts';
import type { RoutingInForce } from './routing-in-force.ts';

const breakerStates = ['closed', 'half_open', 'open'] as const;

export const candidateSchema = z
  .object({
    rank: z.int().nullable().describe('1 is tried first; null: refused'),
    priority: z.int().describe('of the channel: among equally good ones the highest goes first'),
    weight: z
      .int()
      .describe('of the channel: its part of the requests if the policy is `weighted`'),
    share: z
      .number()
      .describe('from 0 to 1: for how many requests that begin a conversation it is tried first'),
    target_id: z.int(),
    target_name: z.string(),
    model: z.string(),
    refused: z.string().nullable().describe('why it is not taken'),
    refused_code: z.enum(refusals).nullable(),
    evidence_state: z.enum(evidenceStates).describe('what is known about it on this route'),
    rest: z
      .enum(rests)
      .describe('resting: nothing is sent after failures; half_open: one request may try it'),
    retry_at: unixSeconds.nullable().describe('when it may be tried again'),
    channel_busy_until: unixSeconds
      .nullable()
      .describe('until when others go first, because the channel had too many requests'),
    error_kind: z.enum(errorKinds).nullable().describe('of the latest failure on this route'),
    error: z.string().nullable().describe('the latest failure on this route'),
    is_wrong_answer: z.boolean().describe('its last checked answer was readable but wrong'),
    is_alive: z.boolean().nullable().describe('null: never asked on this route'),
    is_fresh: z.boolean().describe('proven within twice the interval'),
    proved_at: unixSeconds.nullable(),
    proof_age_s: z.number().nullable().describe('null: never proven on this route'),
    first_byte_s: z.number().nullable().describe('time to the first token'),
    breaker: z.enum(breakerStates).describe('the older name of `rest`'),
    live_failures: z.int(),
    live_error: z.string().nullable(),
    probe_error: z.string().nullable(),
    price: appliedPriceSchema
      .nullable()
      .describe(
        'what it charges for a million tokens by class, with its multiplier; null: unknown, or not shown to visitors',
      ),
    estimated_cost: z
      .number()
      .nullable()
      .describe('of the request in `estimate`; null: unknown, or not shown to visitors'),
    keys: keyCountsSchema
      .nullable()
      .describe('its keys take turns, those that work; null: it has only one'),
  })
  .openapi('RouteCandidate');

type CandidateItem = z.infer<typeof candidateSchema>;

/**
 * Where a gateway would send a request on this route now. Chance and turns are left out, so that the
 * explanation is the same each time.
 */
export function explainOffers(
  { now }: Pick<ApiDeps, 'now'>,
  { asked, offers }: { asked: Asked<Target>; offers: readonly KnownOffer[] },
  route: EvidenceRoute,
  routing: RoutingInForce,
) {
  return resolveRoute(asked, offers, {
    ...routing,
    route,
    nowS: now(),
    random: () => 0,
    turn: 0,
  });
}

const refusalTexts: Record<Refusal, string> = {
  target_disabled: 'the channel is disabled',
  not_allowed: 'the key may not use it',
  too_expensive: "it costs more than the key's max_price",
  price_unknown: 'its price is unknown, and the key needs one',
  channel_failed: 'the whole channel fails',
  probe_failed: 'its latest probe failed',
  route_off: 'the channel is set not to serve it in this wire format',
  route_refused: "the channel doesn't serve it in this wire format",
  not_proven: 'it was never proven',
  resting: 'it is paused after recent failures',
};

const breakerByRest: Record<Rest, CandidateItem['breaker']> = {
  none: 'closed',
  half_open: 'half_open',
  resting: 'open',
};

/** What a request was taken for, and what its costs are in. */
export const estimateShape = {
  currency: z.string().describe('what every cost and price is in'),
  estimate: z
    .object({ input_tokens: z.int(), output_tokens: z.int() })
    .describe('the request for which costs are estimated, of which nothing is in a cache'),
};

export function estimateOf({ currency, expected }: RoutingInForce) {
  const { inputTokens, outputTokens } = expected;
  return { currency, estimate: { input_tokens: inputTokens, output_tokens: outputTokens } };
}

interface CandidateOptions {
  share?: number | undefined;
  /** Only admins see what channels cost. */
  isAdmin: boolean;
}

export function candidateItem(
  deps: Pick<ApiDeps, 'evidence' | 'now'>,
  one: RankedOffer<KnownOffer>,
  { share = 0, isAdmin }: CandidateOptions,
): CandidateItem {
  const { rank, refused, standing, proof_age_s, is_fresh, offer, cost } = one;
  const { target, state, model, evidence } = offer;
  const { rest, retry_at, channel_busy_until, is_wrong_answer, proved_at } = standing;
  const { error_kind, error } = standing;
  const { live_failures, live_error } = liveFieldsOf({ evidence, success: state.success });
  return {
    ...{ rank, priority: target.priority, weight: target.weight, share },
    ...{ target_id: target.id, target_name: target.name, model },
    refused: refused && refusalTexts[refused],
    refused_code: refused,
    evidence_state: standing.state,
    ...{ rest, retry_at, channel_busy_until, error_kind, error, is_wrong_answer },
    is_alive: isAlive(one),
    ...{ is_fresh, proved_at, proof_age_s },
    first_byte_s: standing.first_token_s,
    breaker: breakerByRest[rest],
    ...{ live_failures, live_error, probe_error: state.error },
    price: isAdmin && offer.price ? priceNow(offer.price, deps.now()) : null,
    estimated_cost: isAdmin ? cost : null,
    keys: keyFieldsOf(deps, target).key_counts,
  };
}

/** Its rates for a short request. */
function priceNow({ prices, source, multiplier }: EffectivePrice, nowS: number) {
  const now = priceAt(prices, nowS);
  return now ? { source, multiplier, ...pick(now, ratedFields) } : null;
}

const ratedFields = recordOf([...pricedClasses, 'request'], () => true as const);

function isAlive({ standing: { state } }: RankedOffer<KnownOffer>): boolean | null {
  if (state === 'proven') return true;
  return state === 'failed' || state === 'refused' ? false : null;
}
