import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { jsonAnswer } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { readPublicStatus } from './read-public-status.ts';
import { publicStatusSchema } from './status-schema.ts';

/** Short, so that what is taken off the page is soon gone from caches too. */
export const publicCaching = 'public, max-age=30';

export function publicStatusRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/status',
    summary: 'The public status page, for everybody; 404 while it is off',
    tags: ['status'],
    responses: jsonAnswer(publicStatusSchema, 'what is published, and how it is'),
  });
  return createRouter().openapi(route, async (c) => {
    const item = await readPublicStatus(deps);
    c.header('Cache-Control', publicCaching);
    return c.json({ item }, 200);
  });
}
