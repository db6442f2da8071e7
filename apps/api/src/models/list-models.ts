import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import {
  type AliasIndex,
  type ChannelNames,
  createChannelNames,
  evidenceRoutes,
  isServable,
  isTold,
  modelKey,
  modelStateShape,
  pick,
  type RankedOffer,
  routingPolicies,
  sharersOf,
  wireProtocols,
} from '@api-monitor/core';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import {
  candidateItem,
  candidateSchema,
  estimateOf,
  estimateShape,
  explainOffers,
} from '../routing/explain-offers.ts';
import { bestRouteOf } from '../routing/explained-routes.ts';
import { type KnownOffer, listOffers, pricedOffers } from '../routing/known-offers.ts';
import { readAliases } from '../routing/read-aliases.ts';
import { type RoutingInForce, routingInForce } from '../routing/routing-in-force.ts';
import { headlineOfModel, headlineSchema } from '../targets/headline.ts';

/** What an offer shows of the model's latest probe. */
const stateFields = {
  first_token_s: true,
  output_tokens_per_s: true,
  state_since: true,
  last_success_at: true,
  error_kind: true,
} as const;

const channelSchema = z
  .object({
    ...candidateSchema.shape,
    enabled: z.boolean(),
    skipped: z.boolean().openapi({ description: 'not a chat model: neither alive nor failed' }),
    headline: headlineSchema,
    is_servable: z.boolean().describe('whether a client would be served now, on some route'),
    routes_proven: z.array(z.enum(evidenceRoutes)),
    latency_s: z.number().openapi({ description: 'of the latest probe' }),
    ...modelStateShape.pick(stateFields).shape,
  })
  .openapi('ModelOffer');

/** `untold`: no enabled channel of the model can be probed. */
const servedBy = ['all', 'some', 'none', 'untold'] as const;
type ServedBy = (typeof servedBy)[number];

const modelSchema = z
  .object({
    model: z.string(),
    names: z
      .array(z.string())
      .describe('the other names of the model that count as this one; empty: it is in no group'),
    protocol: z.enum(wireProtocols).openapi({ description: 'as its first channel speaks' }),
    route: z
      .enum(evidenceRoutes)
      .describe('the wire format for which the channels are ranked: the most of them serve it'),
    served_by: z
      .enum(servedBy)
      .describe(
        'how many of its enabled channels can serve it on some route; untold: none of them can be probed',
      ),
    chosen_target_id: z
      .int()
      .nullable()
      .openapi({ description: 'tried first for the bare name; null: none can be taken' }),
    shared_by: z.int().describe('how many channels take turns as the first; 0: none can be taken'),
    channels: z.array(channelSchema).openapi({ description: 'in the order to try' }),
  })
  .openapi('OfferedModel');

const answerSchema = z.object({
  policy: z.enum(routingPolicies),
  ...estimateShape,
  bare_models: z.boolean().openapi({ description: 'false: the gateway takes channel/model only' }),
  counts: z
    .object({ all: z.int(), some: z.int(), none: z.int(), untold: z.int() })
    .describe('of models, by `served_by`'),
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
      const routing = { ...(await routingInForce(deps)), isAdmin: c.var.caller === 'admin' };
      const items: ModelItem[] = [];
      const counts = { all: 0, some: 0, none: 0, untold: 0 };
      const aliases = await readAliases(deps, deps.db);
      for (const [model, offers] of await offersByModel(deps, aliases, routing)) {
        const names = aliases.groupOf(model)?.ids ?? [];
        const item = itemOf(deps, { model, names: [...names] }, [...offers], routing);
        counts[item.served_by] += 1;
        items.push(item);
        if (items.length % modelsPerTurn === 0) await yieldToEventLoop();
      }
      const { policy, areBareModelsOn: bare_models } = routing;
      return c.json({ policy, ...estimateOf(routing), bare_models, counts, items }, 200);
    },
  );
}

/** How the gateway routes, and for whom it is listed. */
interface Listing extends RoutingInForce {
  isAdmin: boolean;
}

/** The offers under each name that clients may use; the names of a group under its public one. */
async function offersByModel(
  deps: ApiDeps,
  aliases: AliasIndex,
  { priceOf }: Pick<RoutingInForce, 'priceOf'>,
): Promise<[string, Set<KnownOffer>][]> {
  const byModel = new Map<string, Set<KnownOffer>>();
  const namesByTarget = new Map<number, ChannelNames>();
  for (const offer of pricedOffers(await listOffers(deps), priceOf)) {
    const { id, model_aliases } = offer.target;
    const names = namesByTarget.get(id) ?? createChannelNames(model_aliases);
    namesByTarget.set(id, names);
    for (const name of names.namesOf(modelKey(offer.model))) {
      const model = aliases.groupOf(name)?.name ?? name;
      byModel.set(model, (byModel.get(model) ?? new Set()).add(offer));
    }
  }
  return [...byModel].sort(([a], [b]) => (a < b ? -1 : 1));
}

function itemOf(
  deps: ApiDeps,
  { model, names }: Pick<ModelItem, 'model' | 'names'>,
  offers: readonly KnownOffer[],
  routing: Listing,
): ModelItem {
  const route = bestRouteOf(model, offers, deps.now());
  const asked = { kind: 'bare', model, named: null } as const;
  const { ranked, fault } = explainOffers(deps, { asked, offers }, route, routing);
  const [first] = ranked;
  const sharers = fault ? [] : sharersOf(ranked, routing);
  const shares = new Map(sharers.map(({ one, share }) => [one, share]));
  const channels = ranked.map((one) =>
    channelOf(deps, one, { share: shares.get(one), isAdmin: routing.isAdmin }),
  );
  return {
    ...{ model, names },
    protocol: first?.offer.state.protocol ?? 'openai',
    route,
    served_by: servedByOf(channels),
    chosen_target_id: fault ? null : (first?.offer.target.id ?? null),
    shared_by: sharers.length,
    channels,
  };
}

/** Channels of which no probe can tell don't count. */
function servedByOf(channels: ModelItem['channels']): ServedBy {
  const told = channels.filter(({ enabled, headline }) => enabled && isTold(headline));
  const count = (offers: ModelItem['channels']) =>
    new Set(offers.map(({ target_id }) => target_id)).size;
  const servable = count(told.filter(({ is_servable }) => is_servable));
  if (told.length === 0) return 'untold';
  if (servable === 0) return 'none';
  return servable === count(told) ? 'all' : 'some';
}

function channelOf(
  deps: ApiDeps,
  ranked: RankedOffer<KnownOffer>,
  options: Parameters<typeof candidateItem>[2],
): ModelItem['channels'][number] {
  const { offer } = ranked;
  const { target, state } = offer;
  const headline = headlineOfModel(offer, deps.now());
  return {
    ...candidateItem(deps, ranked, options),
    enabled: target.enabled,
    skipped: state.error_kind === 'skipped',
    headline,
    is_servable: target.enabled && isServable(headline),
    routes_proven: offer.evidence.flatMap((one) => (one.state === 'proven' ? one.route : [])),
    latency_s: state.duration,
    ...pick(state, stateFields),
  };
}
