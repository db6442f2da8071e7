import { type Database, listStatusItems, readStatusPage } from '@api-monitor/db';
import { createRoute } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { type StatusPageItem, statusPageSchema } from './status-schema.ts';

export function getStatusPageRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/status-page',
    summary: 'What the public status page shows, and whether it is on',
    tags: ['status'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(statusPageSchema, 'the page and its lines'),
  });
  return createRouter().openapi(route, async (c) =>
    c.json({ item: await viewStatusPage(deps.db) }, 200),
  );
}

export async function viewStatusPage(db: Database): Promise<StatusPageItem> {
  return { ...(await readStatusPage(db)), items: await listStatusItems(db) };
}
