import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import {
  isSkipped,
  modelStateShape,
  pick,
  type RankedOffer,
  routingPolicies,
  wireProtocols,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import {
  candidateItem,
  candidateSchema,
  explainOffers,
  type KnownOffer,
  listOffers,
} from '../routing/explain-offers.ts';

/** What an offer shows of the model's latest state. */
const stateFields = {
  first_token_s: true,
  output_tokens_per_s: true,
  state_since: true,
  last_success_at: true,
  error_kind: true,
} as const;

const channelSchema = z
  .object({
    ...candidateSchema.omit({ model: true }).shape,
    enabled: z.boolean(),
    skipped: z.boolean().openapi({ description: 'not a chat model: neither alive nor failed' }),
    latency_s: z.number().openapi({ description: 'of the latest probe' }),
    ...modelStateShape.pick(stateFields).shape,
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

/** Ranked in one go, before other work gets its turn. */
const modelsPerTurn = 100;

export function listModelsRoute(deps: ApiDeps) {
  const { visitorRoute } = createRouteKinds(deps, 'models');
  return createRouter().openapi(
    visitorRoute('get', '/api/models', {
      summary: 'Every model with the channels that offer it, ranked as the gateway ranks them',
      responses: jsonAnswer(answerSchema, 'the models'),
    }),
    async (c) => {
      const { policy, areBareModelsOn } = deps.routing;
      const items: ModelItem[] = [];
      for (const [model, offers] of await offersByModel(deps)) {
        items.push(itemOf(deps, model, offers));
        if (items.length % modelsPerTurn === 0) await yieldToEventLoop();
      }
      return c.json({ policy, bare_models: areBareModelsOn, items }, 200);
    },
  );
}

async function offersByModel(deps: ApiDeps): Promise<[string, KnownOffer[]][]> {
  const byModel = Map.groupBy(await listOffers(deps), ({ model }) => model);
  return [...byModel].sort(([a], [b]) => (a < b ? -1 : 1));
}

function itemOf(deps: ApiDeps, model: string, offers: readonly KnownOffer[]): ModelItem {
  const { ranked, fault } = explainOffers(deps, { kind: 'bare', model }, offers);
  const [first] = ranked;
  return {
    model,
    protocol: first?.offer.state.protocol ?? 'openai',
    chosen_target_id: fault ? null : (first?.offer.target.id ?? null),
    channels: ranked.map(channelOf),
  };
}

function channelOf(ranked: RankedOffer<KnownOffer>): ModelItem['channels'][number] {
  const { model: _model, ...candidate } = candidateItem(ranked);
  const { target, state } = ranked.offer;
  return {
    ...candidate,
    enabled: target.enabled,
    skipped: isSkipped(state),
    latency_s: state.duration,
    ...pick(state, stateFields),
  };
}
