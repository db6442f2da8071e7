import {
  type AliasIndex,
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
  typicalRequest,
} from '@api-monitor/core';
import { listTargets } from '@api-monitor/db';
import type { Pricer } from '@api-monitor/prices';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { assertAdmin } from '../auth/authenticate.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { findProxyKey } from '../proxy-keys/find-key.ts';
import { createRouter } from '../router.ts';
import {
  candidateItem,
  candidateSchema,
  estimateOf,
  estimateShape,
  explainOffers,
} from './explain-offers.ts';
import { bestRouteOf, routesOf } from './explained-routes.ts';
import { type KnownOffer, listOffersNamed, pricedOffers } from './known-offers.ts';
import { readAliases } from './read-aliases.ts';
import { type RoutingInForce, routingInForce } from './routing-in-force.ts';

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
  ...estimateShape,
  ...explanationSchema.shape,
  by_route: z
    .array(explanationSchema.openapi('RouteExplanation'))
    .describe('the same for each wire format; the fields beside it are those of the best one'),
});

type Answer = z.infer<typeof answerSchema>;
type Explanation = z.infer<typeof explanationSchema>;

const tokensQuery = z.coerce.number().int().min(0).max(100_000_000).optional();

const querySchema = z.object({
  model: z.string().min(1).max(512).openapi({ description: 'channel/model, or the bare model' }),
  route: z
    .enum(evidenceRoutes)
    .optional()
    .openapi({ description: 'only this wire format; by default all in which it could be asked' }),
  key: z.coerce
    .number()
    .int()
    .positive()
    .optional()
    .openapi({ description: 'the id of a proxy key, whose own policy then holds; for admins' }),
  input_tokens: tokensQuery.openapi({
    description: `of the request for which costs are estimated; ${typicalRequest.inputTokens} by default`,
  }),
  output_tokens: tokensQuery.openapi({
    description: `of its answer; ${typicalRequest.outputTokens} by default`,
  }),
});

export function explainRoutesRoute(deps: ApiDeps) {
  const { visitorRoute } = createRouteKinds(deps, 'gateway');
  return createRouter().openapi(
    visitorRoute('get', '/api/routes', {
      summary: 'Where the gateway would send a request for this model, and why',
      request: { query: querySchema },
      responses: jsonAnswer(answerSchema, 'the candidates, in the order to try'),
    }),
    async (c) => {
      const query = c.req.valid('query');
      // What keys there are is nobody else's business.
      if (query.key !== undefined) assertAdmin(c.var.caller);
      return c.json(await explain(deps, query, c.var.caller === 'admin'), 200);
    },
  );
}

/** How the gateway routes, and for whom it is explained. */
interface Explaining extends RoutingInForce {
  isAdmin: boolean;
}

/** What a name means, and what is offered under it. */
interface Reading {
  asked: Asked<Target>;
  offers: readonly KnownOffer[];
  /** What else it may mean, which counts if nothing can be chosen otherwise. */
  otherwise: Reading | null;
}

async function explain(
  deps: ApiDeps,
  query: z.output<typeof querySchema>,
  isAdmin: boolean,
): Promise<Answer> {
  const key = query.key === undefined ? null : await findProxyKey(deps.db, query.key);
  const inForce = await routingInForce(deps, key);
  const { inputTokens, outputTokens } = inForce.expected;
  const expected = {
    ...inForce.expected,
    inputTokens: query.input_tokens ?? inputTokens,
    outputTokens: query.output_tokens ?? outputTokens,
  };
  const routing: Explaining = { ...inForce, expected, isAdmin };
  const reading = await readName(deps, query.model, routing);
  const { asked, offers } = reading;
  const best = query.route ?? bestRouteOf(asked.model, offers, deps.now());
  const routes = query.route ? [query.route] : routesOf(asked.model, offers);
  return {
    model: query.model,
    kind: asked.kind,
    policy: routing.policy,
    ...estimateOf(routing),
    ...explainOn(deps, reading, best, routing),
    by_route: routes.map((route) => explainOn(deps, reading, route, routing)),
  };
}

function explainOn(
  deps: ApiDeps,
  reading: Reading,
  route: EvidenceRoute,
  routing: Explaining,
): Explanation {
  const explanation = explainReading(deps, reading, route, routing);
  if (explanation.chosen || !reading.otherwise) return explanation;
  const other = explainReading(deps, reading.otherwise, route, routing);
  return other.chosen ? other : explanation;
}

function explainReading(
  deps: ApiDeps,
  reading: Reading,
  route: EvidenceRoute,
  routing: Explaining,
): Explanation {
  const { ranked, fault } = explainOffers(deps, reading, route, routing);
  const sharers = fault ? [] : sharersOf(ranked, routing);
  const shares = new Map(sharers.map(({ one, share }) => [one, share]));
  const [chosen, ...others] = sharers.map(
    ({
      one: {
        offer: { target, model },
      },
    }) => ({
      ...{ target_id: target.id, target_name: target.name, model },
    }),
  );
  return {
    route,
    chosen: chosen ?? null,
    shares_with: others,
    reason: fault && reasonOf(reading.asked, fault),
    reason_code: fault?.code ?? null,
    candidates: ranked.map((one) =>
      candidateItem(deps, one, { share: shares.get(one), isAdmin: routing.isAdmin }),
    ),
  };
}

/**
 * As the gateway reads a name: `vendor/model` is a bare name if some channel lists it, and otherwise a model
 * of the channel `vendor`.
 */
async function readName(
  deps: ApiDeps,
  name: string,
  { areBareModelsOn, priceOf }: RoutingInForce,
): Promise<Reading> {
  const targets = await listTargets(deps.db);
  const known = { targets, aliases: await readAliases(deps, deps.db) };
  const { exact, others } = await listOffersNamed(deps, name, known);
  const offers = pricedOffers([...exact, ...others], priceOf);
  const byName = new Map(targets.map((target) => [target.name, target]));
  const pinned = await readAllPinned(deps, name, { byName, ...known, priceOf });
  const asked = askedRoute(name, {
    byName: (one) => byName.get(one),
    isListed: () => areBareModelsOn && offers.some(({ target }) => target.enabled),
    hasModel: (target, model) =>
      target.enabled && (pinned.get(placeKey(target, model))?.offers.length ?? 0) > 0,
  });
  if (asked.kind === 'pinned') return readingOf(asked.target, asked.model, pinned);
  const { named } = asked;
  return { asked, offers, otherwise: named && readingOf(named.target, named.model, pinned) };
}

interface PinnedLookup {
  byName: ReadonlyMap<string, Target>;
  aliases: AliasIndex;
  priceOf: Pricer;
}

/** The name as each target's that it may begin with. */
async function readAllPinned(
  deps: ApiDeps,
  name: string,
  { byName, aliases, priceOf }: PinnedLookup,
): Promise<Map<string, Reading>> {
  const readings = new Map<string, Reading>();
  for (const { target: targetName, model } of namesWithin(name)) {
    const target = byName.get(targetName);
    if (!target) continue;
    const found = await listOffersNamed(deps, model, { targets: [target], aliases });
    const offers = pricedOffers(found.exact.length > 0 ? found.exact : found.others, priceOf);
    const asked = { kind: 'pinned', target, model } as const;
    readings.set(placeKey(target, model), { asked, offers, otherwise: null });
  }
  return readings;
}

function readingOf(target: Target, model: string, readings: ReadonlyMap<string, Reading>): Reading {
  const none = { asked: { kind: 'pinned', target, model }, offers: [], otherwise: null } as const;
  return readings.get(placeKey(target, model)) ?? none;
}

function placeKey({ id }: Target, model: string): string {
  return `${id}/${model}`;
}

function reasonOf(asked: Asked<Target>, { code }: RouteFault<KnownOffer>): string {
  switch (code) {
    case 'bare_names_off':
      return 'bare model names are switched off in the settings: name it as channel/model';
    case 'target_disabled':
    case 'no_such_offer':
      return sentenceOfNoOffer(code, asked);
    default:
      return 'every candidate is refused';
  }
}
