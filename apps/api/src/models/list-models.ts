import { setImmediate as nextTurn } from 'node:timers/promises';
import { errorKinds, routingPolicies, wireProtocols } from '@api-monitor/core';
import { listModelStates, listTargets, type ModelStateRow } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import type { Offer } from '../routing/find-offers.ts';
import { type CandidateItem, candidateSchema, rankOffers } from '../routing/rank-offers.ts';

const channelSchema = z
  .object({
    ...candidateSchema.omit({ model: true }).shape,
    enabled: z.boolean(),
    skipped: z.boolean().openapi({ description: 'no chat model: neither alive nor failed' }),
    latency_s: z.number().openapi({ description: 'of the latest probe' }),
    first_token_s: z.number().nullable(),
    output_tokens_per_s: z.number().nullable(),
    state_since: z.number().openapi({ description: 'when success last flipped, Unix seconds' }),
    last_success_at: z.number().nullable(),
    error_kind: z.enum(errorKinds).nullable(),
  })
  .openapi('ModelOffer');

const modelSchema = z
  .object({
    model: z.string(),
    protocol: z.enum(wireProtocols).openapi({ description: 'as its first channel speaks' }),
    chosen_target_id: z
      .int()
      .nullable()
      .openapi({ description: 'tried first for the bare name; null: none can be taken' }),
    channels: z.array(channelSchema).openapi({ description: 'in the order to try' }),
  })
  .openapi('OfferedModel');

const answerSchema = z.object({
  policy: z.enum(routingPolicies),
  bare_models: z.boolean().openapi({ description: 'false: the gateway takes channel/model only' }),
  items: z.array(modelSchema).openapi({ description: 'in the order of their names' }),
});

type ModelItem = z.infer<typeof modelSchema>;
type ChannelItem = z.infer<typeof channelSchema>;

/** Ranked at a stretch; other work goes on in between. */
const modelsPerTurn = 100;

export function listModelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/models',
    summary: 'Every model with the channels that offer it, ranked as the gateway ranks them',
    tags: ['models'],
    security: tokenSecurity,
    middleware: [authenticate(deps)] as const,
    responses: jsonAnswer(answerSchema, 'the models'),
  });
  return createRouter().openapi(route, async (c) => {
    const { policy, areBareModelsOn } = deps.routing;
    const items: ModelItem[] = [];
    for (const [model, offers] of await offersByModel(deps)) {
      items.push(itemOf(model, offers, deps));
      if (items.length % modelsPerTurn === 0) await nextTurn();
    }
    return c.json({ policy, bare_models: areBareModelsOn, items }, 200);
  });
}

async function offersByModel({ db }: ApiDeps): Promise<[string, Offer[]][]> {
  const targets = new Map((await listTargets(db)).map((target) => [target.id, target]));
  const states = await listModelStates(db, { with_history: false });
  const offers = states.flatMap((state) => {
    const target = targets.get(state.target_id);
    return target ? [{ target, state }] : [];
  });
  const byModel = Map.groupBy(offers, ({ state }) => state.model);
  return [...byModel].sort(([a], [b]) => (a < b ? -1 : 1));
}

function itemOf(
  model: string,
  offers: readonly Offer[],
  { routing, breakers, now }: ApiDeps,
): ModelItem {
  const { policy, areBareModelsOn } = routing;
  const ranked = rankOffers(offers, { policy, breakers, nowS: now(), reason: null });
  const [first] = ranked;
  const byTarget = new Map(offers.map(({ target, state }) => [target.id, { target, state }]));
  return {
    model,
    protocol: byTarget.get(first?.target_id ?? 0)?.state.protocol ?? 'openai',
    chosen_target_id: areBareModelsOn && first?.rank === 1 ? first.target_id : null,
    channels: ranked.flatMap((candidate) => {
      const offer = byTarget.get(candidate.target_id);
      return offer ? [channelOf(candidate, offer)] : [];
    }),
  };
}

function channelOf(
  { model: _model, ...candidate }: CandidateItem,
  { target, state }: Offer,
): ChannelItem {
  return { ...candidate, enabled: target.enabled, ...measured(state) };
}

function measured(state: ModelStateRow) {
  return {
    skipped: state.error_kind === 'skipped',
    latency_s: state.duration,
    first_token_s: state.first_token_s,
    output_tokens_per_s: state.output_tokens_per_s,
    state_since: state.state_since,
    last_success_at: state.last_success_at,
    error_kind: state.error_kind,
  };
}
