import {
  type Candidate,
  type RankedCandidate,
  rankCandidates,
  routingPolicies,
} from '@api-monitor/core';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { type Asked, findOffers, type Offer } from './find-offers.ts';

const breakerStates = ['closed', 'half_open', 'open'] as const;

const candidateSchema = z
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

const answerSchema = z.object({
  model: z.string(),
  kind: z.enum(['pinned', 'bare']).openapi({ description: 'pinned: channel/model' }),
  policy: z.enum(routingPolicies),
  chosen: z
    .object({ target_id: z.int(), target_name: z.string(), model: z.string() })
    .nullable()
    .openapi({ description: 'tried first; about equally fast ones take turns with it' }),
  reason: z.string().nullable().openapi({ description: 'why none is chosen' }),
  candidates: z.array(candidateSchema),
});

type Answer = z.infer<typeof answerSchema>;
type CandidateItem = z.infer<typeof candidateSchema>;

export function explainRoutesRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/routes',
    summary: 'Where the gateway would send a request for this model, and why',
    tags: ['gateway'],
    security: tokenSecurity,
    middleware: [authenticate(deps), requireAdmin] as const,
    request: {
      query: z.object({
        model: z
          .string()
          .min(1)
          .max(512)
          .openapi({ description: 'channel/model, or the bare model' }),
      }),
    },
    responses: jsonAnswer(answerSchema, 'the candidates, in the order to try'),
  });
  return createRouter().openapi(route, async (c) => {
    const { model } = c.req.valid('query');
    return c.json(explain(deps, model, await findOffers(deps.db, model)), 200);
  });
}

function explain({ routing, breakers, now }: ApiDeps, name: string, asked: Asked): Answer {
  const { policy } = routing;
  const candidates = asked.offers.map((offer) => candidateOf(offer, breakers));
  // Without chance and at the first turn: an explanation is the same each time.
  const ranked = rankCandidates(candidates, { policy, nowS: now(), random: () => 0, turn: 0 });
  const reason = reasonForNone(asked, routing.areBareModelsOn);
  const items = numbered(ranked.map((one) => itemOf(one, asked.offers, reason)));
  const [first] = items.filter(({ rank }) => rank !== null);
  return {
    model: name,
    kind: asked.kind,
    policy,
    chosen: first
      ? { target_id: first.target_id, target_name: first.target_name, model: first.model }
      : null,
    reason: first ? null : (reason ?? 'every candidate is refused'),
    candidates: items,
  };
}

function candidateOf({ target, state }: Offer, breakers: ApiDeps['breakers']): Candidate {
  return {
    target_id: target.id,
    target_name: target.name,
    model: state.model,
    sort_order: target.sort_order,
    interval_min: target.interval_min,
    is_alive: state.error_kind === 'skipped' ? null : state.success,
    proved_at: state.timestamp,
    first_byte_s: state.live_first_byte_s ?? state.first_token_s,
    breaker: breakers.stateOf(target.id, state.model, state.timestamp),
  };
}

/** Why no candidate can be taken, whatever they are; null where they decide. */
function reasonForNone(asked: Asked, areBareModelsOn: boolean): string | null {
  if (asked.kind === 'bare' && !areBareModelsOn) {
    return 'bare model names are switched off (PROXY_BARE_MODELS): name it as channel/model';
  }
  if (asked.offers.length > 0) return null;
  return asked.kind === 'pinned'
    ? `the channel "${asked.target.name}" has no model "${asked.model}"`
    : `no channel offers the model "${asked.model}"`;
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
