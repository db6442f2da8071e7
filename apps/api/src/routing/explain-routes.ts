import { routingPolicies } from '@api-monitor/core';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireAdmin } from '../auth/authenticate.ts';
import { jsonAnswer, tokenSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { type Asked, findOffers } from './find-offers.ts';
import { candidateSchema, rankOffers } from './rank-offers.ts';

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
  const reason = reasonForNone(asked, routing.areBareModelsOn);
  const items = rankOffers(asked.offers, { policy, breakers, nowS: now(), reason });
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
