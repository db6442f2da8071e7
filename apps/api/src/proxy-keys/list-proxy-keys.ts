import { listProxyKeys } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { proxyKeySchema } from './proxy-key-schema.ts';

const answerSchema = z.object({ items: z.array(proxyKeySchema) });

export function listProxyKeysRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/proxy/keys',
    summary: "The gateway's keys, revoked ones too",
    tags: ['gateway'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(answerSchema, 'the keys'),
  });
  return createRouter().openapi(route, async (c) =>
    c.json({ items: await listProxyKeys(deps.db) }, 200),
  );
}
