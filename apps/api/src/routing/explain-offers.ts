import {
  type Asked,
  type EvidenceRoute,
  errorKinds,
  evidenceStates,
  liveFieldsOf,
  type RankedOffer,
  type Refusal,
  type Rest,
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

export function candidateItem(
  deps: Pick<ApiDeps, 'evidence' | 'now'>,
  one: RankedOffer<KnownOffer>,
  share = 0,
): CandidateItem {
  const { rank, refused, standing, proof_age_s, is_fresh, offer } = one;
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
    keys: keyFieldsOf(deps, target).key_counts,
  };
}

function isAlive({ standing: { state } }: RankedOffer<KnownOffer>): boolean | null {
  if (state === 'proven') return true;
  return state === 'failed' || state === 'refused' ? false : null;
}
