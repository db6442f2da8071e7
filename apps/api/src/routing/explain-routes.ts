import {
  type Asked,
  askedRoute,
  type EvidenceRoute,
  evidenceRoutes,
  namesWithin,
  type RouteFault,
  refusals,
  routingPolicies,
  sentenceOfNoOffer,
  sharersOf,
  type Target,
} from '@api-monitor/core';
import { listTargets } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { candidateItem, candidateSchema, explainOffers } from './explain-offers.ts';
import { bestRouteOf, routesOf } from './explained-routes.ts';
import { type KnownOffer, listOffers } from './known-offers.ts';

const placeSchema = z.object({ target_id: z.int(), target_name: z.string(), model: z.string() });

const explanationSchema = z.object({
  route: z.enum(evidenceRoutes).describe('the wire format of the request'),
  chosen: placeSchema.nullable().describe('tried first'),
  shares_with: z.array(placeSchema).describe('about equally good ones, which take turns with it'),
  reason: z.string().nullable().describe('why none is chosen'),
  reason_code: z.enum([...refusals, 'bare_names_off', 'no_such_offer']).nullable(),
  candidates: z.array(candidateSchema),
});

const answerSchema = z.object({
  model: z.string(),
  kind: z.enum(['pinned', 'bare']).describe('pinned: channel/model'),
  policy: z.enum(routingPolicies),
  ...explanationSchema.shape,
  by_route: z
    .array(explanationSchema.openapi('RouteExplanation'))
    .describe('the same for each wire format; the fields beside it are those of the best one'),
});

type Answer = z.infer<typeof answerSchema>;
type Explanation = z.infer<typeof explanationSchema>;

const querySchema = z.object({
  model: z.string().min(1).max(512).openapi({ description: 'channel/model, or the bare model' }),
  route: z
    .enum(evidenceRoutes)
    .optional()
    .openapi({ description: 'only this wire format; by default all in which it could be asked' }),
});

export function explainRoutesRoute(deps: ApiDeps) {
  const { visitorRoute } = createRouteKinds(deps, 'gateway');
  return createRouter().openapi(
    visitorRoute('get', '/api/routes', {
      summary: 'Where the gateway would send a request for this model, and why',
      request: { query: querySchema },
      responses: jsonAnswer(answerSchema, 'the candidates, in the order to try'),
    }),
    async (c) => c.json(await explain(deps, c.req.valid('query')), 200),
  );
}

/** What a name means, and what is offered under it. */
interface Reading {
  asked: Asked<Target>;
  offers: readonly KnownOffer[];
  /** What else it may mean, which counts if nothing can be chosen otherwise. */
  otherwise: Reading | null;
}

async function explain(deps: ApiDeps, query: z.output<typeof querySchema>): Promise<Answer> {
  const reading = await readName(deps, query.model);
  const { asked, offers } = reading;
  const best = query.route ?? bestRouteOf(asked.model, offers, deps.now());
  const routes = query.route ? [query.route] : routesOf(asked.model, offers);
  return {
    model: query.model,
    kind: asked.kind,
    policy: deps.routing.policy,
    ...explainOn(deps, reading, best),
    by_route: routes.map((route) => explainOn(deps, reading, route)),
  };
}

function explainOn(deps: ApiDeps, reading: Reading, route: EvidenceRoute): Explanation {
  const explanation = explainReading(deps, reading, route);
  if (explanation.chosen || !reading.otherwise) return explanation;
  const other = explainReading(deps, reading.otherwise, route);
  return other.chosen ? other : explanation;
}

function explainReading(
  deps: ApiDeps,
  { asked, offers }: Reading,
  route: EvidenceRoute,
): Explanation {
  const { ranked, fault } = explainOffers(deps, asked, offers, route);
  const sharers = fault ? [] : sharersOf(ranked, deps.routing.policy);
  const [chosen, ...others] = sharers.map(({ offer: { target, model } }) => ({
    ...{ target_id: target.id, target_name: target.name, model },
  }));
  return {
    route,
    chosen: chosen ?? null,
    shares_with: others,
    reason: fault && reasonOf(asked, fault),
    reason_code: fault?.code ?? null,
    candidates: ranked.map(candidateItem),
  };
}

/**
 * As the gateway reads a name: `vendor/model` is a bare name if some channel lists it, and otherwise a model
 * of the channel `vendor`.
 */
async function readName(deps: ApiDeps, name: string): Promise<Reading> {
  const targets = new Map((await listTargets(deps.db)).map((target) => [target.name, target]));
  const offers = await listOffers(deps, { model: name });
  const having = await targetsHaving(deps, targets, name);
  const { areBareModelsOn } = deps.routing;
  const asked = askedRoute(name, {
    byName: (one) => targets.get(one),
    isListed: () => areBareModelsOn && offers.some(({ target }) => target.enabled),
    hasModel: (target, model) => having.has(placeKey(target, model)),
  });
  if (asked.kind === 'pinned') return readPinned(deps, asked.target, asked.model);
  const { named } = asked;
  const otherwise = named && (await readPinned(deps, named.target, named.model));
  return { asked, offers, otherwise };
}

/** The targets that the name may begin with, and that have the model that follows. */
async function targetsHaving(
  deps: ApiDeps,
  targets: ReadonlyMap<string, Target>,
  name: string,
): Promise<Set<string>> {
  const having = new Set<string>();
  for (const { target: targetName, model } of namesWithin(name)) {
    const target = targets.get(targetName);
    if (!target?.enabled) continue;
    const offers = await listOffers(deps, { target_id: target.id, model });
    if (offers.length > 0) having.add(placeKey(target, model));
  }
  return having;
}

function placeKey({ id }: Target, model: string): string {
  return `${id}/${model}`;
}

async function readPinned(deps: ApiDeps, target: Target, model: string): Promise<Reading> {
  const offers = await listOffers(deps, { target_id: target.id, model });
  return { asked: { kind: 'pinned', target, model }, offers, otherwise: null };
}

function reasonOf(asked: Asked<Target>, { code }: RouteFault<KnownOffer>): string {
  switch (code) {
    case 'bare_names_off':
      return 'bare model names are switched off (PROXY_BARE_MODELS): name it as channel/model';
    case 'target_disabled':
    case 'no_such_offer':
      return sentenceOfNoOffer(code, asked);
    default:
      return 'every candidate is refused';
  }
}
