import { countRecoveryCodes, getSecondFactor } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';

const answerSchema = z.object({
  item: z.object({
    enabled: z.boolean().openapi({ description: 'whether logging in needs a code' }),
    confirmed_at: z.number().nullable().openapi({ description: 'Unix seconds' }),
    recovery_codes_left: z.int(),
  }),
});

export function getSecondFactorRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/second-factor',
    summary: 'Whether logging in needs a code',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(answerSchema, 'the second factor'),
  });
  return createRouter().openapi(route, async (c) => {
    const confirmed_at = (await getSecondFactor(deps.db))?.confirmed_at ?? null;
    const recovery_codes_left = await countRecoveryCodes(deps.db);
    return c.json(
      { item: { enabled: confirmed_at !== null, confirmed_at, recovery_codes_left } },
      200,
    );
  });
}
