import {
  type Asked,
  askedRoute,
  routingPolicies,
  splitTargetModel,
  type Target,
} from '@api-monitor/core';
import { findTargetByName } from '@api-monitor/db';
import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { candidateItem, candidateSchema, explainOffers, listOffers } from './explain-offers.ts';

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
  const which = asked.kind === 'pinned' ? { target_id: asked.target.id, model } : { model };
  const offers = await listOffers(deps, which);
  const { ranked, fault } = explainOffers(deps, asked, offers);
  const [first] = ranked;
  const candidates = ranked.map(candidateItem);
  const answer = { model: name, kind: asked.kind, policy: deps.routing.policy };
  if (!fault && first) {
    const { id: target_id, name: target_name } = first.offer.target;
    return { ...answer, chosen: { target_id, target_name, model }, reason: null, candidates };
  }
  const isOff = fault?.code === 'bare_names_off';
  const reason = isOff ? bareNamesOff : offers.length > 0 ? allRefused : noOffer(asked);
  const refused = candidates.map((item) => ({ ...item, rank: null, refused: bareNamesOff }));
  return { ...answer, chosen: null, reason, candidates: isOff ? refused : candidates };
}

async function askedFor({ db }: ApiDeps, name: string): Promise<Asked<Target>> {
  const split = splitTargetModel(name);
  const named = split && (await findTargetByName(db, split.target));
  return askedRoute(name, () => named);
}

const bareNamesOff =
  'bare model names are switched off (PROXY_BARE_MODELS): name it as channel/model';
const allRefused = 'every candidate is refused';

function noOffer(asked: Asked<Target>): string {
  return asked.kind === 'pinned'
    ? `the channel "${asked.target.name}" has no model "${asked.model}"`
    : `no channel offers the model "${asked.model}"`;
}
