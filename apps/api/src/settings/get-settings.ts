import { createRoute, z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import { authenticate, requireSession } from '../auth/authenticate.ts';
import { jsonAnswer, sessionSecurity } from '../describe-route.ts';
import { createRouter } from '../router.ts';
import { readSettingsItem } from './read-settings-item.ts';
import { settingsSchema } from './settings-schema.ts';

export const settingsAnswerSchema = z.object({ item: settingsSchema });

export function getSettingsRoute(deps: ApiDeps) {
  const route = createRoute({
    method: 'get',
    path: '/api/admin/settings',
    summary: 'The settings in force, secrets masked',
    tags: ['admin'],
    security: sessionSecurity,
    middleware: [authenticate(deps), requireSession] as const,
    responses: jsonAnswer(settingsAnswerSchema, 'the settings'),
  });
  return createRouter().openapi(route, async (c) =>
    c.json({ item: await readSettingsItem(deps.db, deps) }, 200),
  );
}
