import {
  type Asked,
  askedRoute,
  type RouteFault,
  routingPolicies,
  sentenceOfNoOffer,
  splitTargetModel,
  type Target,
} from '@api-monitor/core';
import { findTargetByName } from '@api-monitor/db';
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
} from './explain-offers.ts';

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

const querySchema = z.object({
  model: z.string().min(1).max(512).openapi({ description: 'channel/model, or the bare model' }),
});

export function explainRoutesRoute(deps: ApiDeps) {
  const { adminRoute } = createRouteKinds(deps, 'gateway');
  return createRouter().openapi(
    adminRoute('get', '/api/routes', {
      summary: 'Where the gateway would send a request for this model, and why',
      request: { query: querySchema },
      responses: jsonAnswer(answerSchema, 'the candidates, in the order to try'),
    }),
    async (c) => c.json(await explain(deps, c.req.valid('query').model), 200),
  );
}

async function explain(deps: ApiDeps, name: string): Promise<Answer> {
  const asked = await askedFor(deps, name);
  const { model } = asked;
  const which = asked.kind === 'pinned' ? { target_ids: [asked.target.id], model } : { model };
  const offers = await listOffers(deps, which);
  const { ranked, fault } = explainOffers(deps, asked, offers);
  const first = fault ? undefined : ranked[0]?.offer.target;
  return {
    model: name,
    kind: asked.kind,
    policy: deps.routing.policy,
    chosen: first ? { target_id: first.id, target_name: first.name, model } : null,
    reason: fault && reasonOf(asked, fault),
    candidates: ranked.map(candidateItem),
  };
}

async function askedFor({ db }: ApiDeps, name: string): Promise<Asked<Target>> {
  const split = splitTargetModel(name);
  const named = split && (await findTargetByName(db, split.target));
  return askedRoute(name, () => named);
}

function reasonOf(asked: Asked<Target>, { code }: RouteFault<KnownOffer>): string {
  switch (code) {
    case 'bare_names_off':
      return 'bare model names are switched off (PROXY_BARE_MODELS): name it as channel/model';
    case 'target_disabled':
    case 'no_such_offer':
      return sentenceOfNoOffer(code, asked);
    case 'not_allowed':
    case 'probe_failed':
    case 'breaker_open':
      return 'every candidate is refused';
  }
}
