import { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { createRouteKinds, jsonAnswer, okSchema } from '../describe-route.ts';
import { idParams, limitQuery } from '../query-schemas.ts';
import { createRouter } from '../router.ts';
import { findTarget } from '../targets/change-targets.ts';
import { assertKeyKnown } from '../targets/masked-secrets.ts';
import { channelBalanceSchema } from './balance-schema.ts';
import { describeBalance } from './describe-balance.ts';

const dayS = 86_400;
const historyQuery = z.object({
  days: limitQuery({ default: 30, max: 366 }).describe('how far back the history goes'),
});

export function balanceRoutes(deps: ApiDeps) {
  const { db, bus, now } = deps;
  const { adminRoute } = createRouteKinds(deps, 'targets');
  return createRouter()
    .openapi(
      adminRoute('get', '/api/targets/{id}/balance', {
        summary: 'What a channel has left, its history, and the books',
        description:
          'The provider is asked by a worker, every `balance_interval_min`. The books set the fall of the balance beside what our own counts explain: a difference is evidence, not an accusation.',
        request: { params: idParams, query: historyQuery },
        responses: jsonAnswer(z.object({ item: channelBalanceSchema }), 'what is known'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        const from = now() - c.req.valid('query').days * dayS;
        return c.json({ item: await describeBalance(deps, target, from) }, 200);
      },
    )
    .openapi(
      adminRoute('post', '/api/targets/{id}/balance', {
        summary: 'Ask a channel now what it has left, even if it is disabled',
        description: 'A worker asks; `target_updated` is sent when it has.',
        request: { params: idParams },
        responses: jsonAnswer(okSchema.extend({ message: z.string() }), 'it will be asked'),
      }),
      async (c) => {
        const target = await findTarget(db, c.req.valid('param').id);
        assertKeyKnown(db, target);
        await bus.balancePolls.add(`${target.id}`, { target_id: target.id, is_forced: true });
        return c.json({ ok: true as const, message: `channel "${target.name}" is asked` }, 200);
      },
    );
}
