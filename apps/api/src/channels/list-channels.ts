import { listTargets } from '@api-monitor/db';
import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { channelItem, channelSchema } from './channel-schema.ts';

const answerSchema = z.object({ items: z.array(channelSchema) });

export function listChannelsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/channels',
    summary: 'All channels in their order, with their advanced fields',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(answerSchema, 'the channels'),
  });
  return createRouter().openapi(route, async (c) => {
    const targets = await listTargets(deps.db);
    return c.json({ items: targets.map((target) => channelItem(deps.db, target)) }, 200);
  });
}
